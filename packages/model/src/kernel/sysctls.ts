import { DEV_CONF_MAX, DEV_CONF_UNMODELLED, DevConf, type DevConfName } from './dev-conf.ts';
import { SYSCTLS, type SysctlName } from './sysctl-table.ts';

const CONF = /^net\.ipv4\.conf\.(.+)\.([a-z0-9_]+)$/;

/** The settings of one network namespace, those of `net.core` included (on Linux some of them are global). */
export class Sysctls {
  readonly confAll = new DevConf();
  readonly confDefault = new DevConf();
  readonly #values = new Map<SysctlName, number>();
  readonly #devices = new Map<string, DevConf>();
  /** Read on hot paths. */
  netdevBudget = SYSCTLS['net.core.netdev_budget'].initial;
  netdevMaxBacklog = SYSCTLS['net.core.netdev_max_backlog'].initial;

  /** Settings for a device that is being made: a copy of `default`. */
  newDevice(name: string): DevConf {
    const conf = Object.assign(new DevConf(), this.confDefault);
    this.#devices.set(name, conf);
    return conf;
  }

  /** The value of a setting that is a number. */
  value(name: SysctlName): number {
    return this.#values.get(name) ?? SYSCTLS[name].initial;
  }

  /** Text of a setting; undefined for one that does not exist. */
  get(name: string): string | undefined {
    const conf = this.#conf(name);
    if (conf) return String(conf.of[conf.field]);
    if (name === 'net.ipv4.ip_forward') return String(this.confAll.forwarding);
    if (!(name in SYSCTLS)) return undefined;
    const row = SYSCTLS[name as SysctlName];
    const value = this.value(name as SysctlName);
    return row.pair === undefined ? String(value) : `${value}\t${this.value(row.pair)}`;
  }

  /** Sets it. Returns an errno name where the kernel would refuse, EOPNOTSUPP where the model cannot follow. */
  set(name: string, text: string): 'ENOENT' | 'EINVAL' | 'EOPNOTSUPP' | undefined {
    const conf = this.#conf(name);
    if (conf) {
      const value = wholeNumber(text);
      if (value === undefined || value > DEV_CONF_MAX[conf.field]) return 'EINVAL';
      if (value !== 0 && DEV_CONF_UNMODELLED.has(conf.field)) return 'EOPNOTSUPP';
      conf.of[conf.field] = value;
      if (conf.field === 'forwarding' && conf.of === this.confAll) this.#forwardEverywhere(value);
      return undefined;
    }
    if (name === 'net.ipv4.ip_forward') return this.set('net.ipv4.conf.all.forwarding', text);
    if (!(name in SYSCTLS)) return 'ENOENT';
    return this.#setNumber(name as SysctlName, text);
  }

  #setNumber(name: SysctlName, text: string): 'EINVAL' | undefined {
    const row = SYSCTLS[name];
    const parts = text.trim().split(/\s+/);
    const value = wholeNumber(parts[0]!);
    if (value === undefined || value < row.min || value > row.max || parts.length !== (row.pair ? 2 : 1))
      return 'EINVAL';
    this.#values.set(name, value);
    if (row.pair) {
      const second = wholeNumber(parts[1]!);
      if (second === undefined || second < value) return 'EINVAL';
      this.#values.set(row.pair, second);
    }
    this.netdevBudget = this.value('net.core.netdev_budget');
    this.netdevMaxBacklog = this.value('net.core.netdev_max_backlog');
    return undefined;
  }

  /** Kernel: inet_forward_change(). */
  #forwardEverywhere(value: number): void {
    this.confDefault.forwarding = value;
    for (const conf of this.#devices.values()) conf.forwarding = value;
  }

  #conf(name: string): { of: DevConf; field: DevConfName } | undefined {
    const match = CONF.exec(name);
    if (!match) return undefined;
    const device = match[1]!.replaceAll('/', '.');
    const of = device === 'all' ? this.confAll : device === 'default' ? this.confDefault : this.#devices.get(device);
    const field = match[2]! as DevConfName;
    return of && field in DEV_CONF_MAX ? { of, field } : undefined;
  }
}

const wholeNumber = (text: string): number | undefined => (/^\s*\d+\s*$/.test(text) ? Number(text) : undefined);
