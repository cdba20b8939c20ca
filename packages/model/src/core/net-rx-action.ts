import { napiPoll } from './napi-poll.ts';
import type { SoftnetData } from './softnet-data.ts';

/**
 * NET_RX_SOFTIRQ: polls the CPU's devices in turn until all are done or the budget (`net.core.netdev_budget`) is used
 * up, which counts as a time squeeze; those not done stay on the list for the next softirq.
 * Kernel: net/core/dev.c net_rx_action(). We depart: virtual time stands still meanwhile, so that
 * `netdev_budget_usecs` never ends a round.
 */
export function netRxAction(softnet: SoftnetData): void {
  let budget = softnet.host.root.sysctls.netdevBudget;
  const { round } = softnet;
  round.splice(softnet.pollList);
  for (let napi = round.shift(); napi !== null; napi = round.shift()) {
    budget -= napiPoll(napi, softnet.repoll);
    if (budget <= 0) {
      softnet.timeSqueeze++;
      break;
    }
  }
  round.splice(softnet.repoll);
  round.splice(softnet.pollList);
  softnet.pollList.splice(round);
}
