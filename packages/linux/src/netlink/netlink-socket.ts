import { EngineError } from '@sluice/engine';
import {
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_DONE,
  type Request,
  readAcknowledgement,
} from '@sluice/netlink';
import { AttrArena } from '../syscall/attr-arena.ts';
import { errnoWords } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';

/**
 * A netlink socket of the namespace it was opened in. A request is one send and as many receives as its answer takes;
 * the kernel answers within the call, so nothing waits.
 */
export class NetlinkSocket {
  readonly #fd: number;
  readonly #memory = new AttrArena(BUFFER_BYTES + MESSAGE_BYTES_MAX);
  #sequence = 0;

  /** Opens a NETLINK_ROUTE socket in the current network namespace. */
  constructor(protocol = NETLINK_ROUTE) {
    this.#fd = libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.#fd < 0) throw failure('netlink socket', libc().errno());
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) this.#enable(option);
  }

  /** Makes a change; throws EngineError with the kernel's own words where it is refused. */
  change(request: Request): void {
    this.#send(request, NLM_F_ACK);
    for (const message of this.#receive()) this.#check(request, message);
  }

  /** Asks for a list: the answer's messages. */
  list(request: Request): NetlinkMessage[] {
    this.#send(request, 0);
    const answer: NetlinkMessage[] = [];
    for (;;) {
      for (const message of this.#receive()) {
        if (message.type === NLMSG_DONE) return answer;
        if (this.#check(request, message)) return answer;
        answer.push(message);
      }
    }
  }

  close(): void {
    libc().close(this.#fd);
    this.#memory.release();
  }

  #enable(option: number): void {
    this.#memory.reset();
    const at = this.#memory.take(4);
    this.#memory.view.setInt32(at, 1, true);
    libc().setsockopt(this.#fd, SOL_NETLINK, option, this.#memory.address(at), 4);
  }

  #send(request: Request, extra: number): void {
    const flags = NLM_F_REQUEST | request.flags | extra;
    const bytes = encodeMessage({ type: request.type, flags, sequence: ++this.#sequence, body: request.body });
    if (bytes.length > MESSAGE_BYTES_MAX) throw new EngineError(request.name, 'EMSGSIZE', `${bytes.length} bytes`);
    this.#memory.reset();
    const at = this.#memory.put(bytes);
    if (libc().send(this.#fd, this.#memory.address(at), bytes.length, 0) < 0) {
      throw failure(request.name, libc().errno());
    }
  }

  #receive(): NetlinkMessage[] {
    this.#memory.reset();
    const at = this.#memory.take(BUFFER_BYTES);
    const length = libc().recv(this.#fd, this.#memory.address(at), BUFFER_BYTES, 0);
    if (length < 0) throw failure('netlink answer', libc().errno());
    return decodeMessages(this.#memory.u8.slice(at, at + length));
  }

  /** True for an acknowledgement of success; throws for a refusal. */
  #check(request: Request, message: NetlinkMessage): boolean {
    const acknowledgement = readAcknowledgement(message);
    if (!acknowledgement) return false;
    if (acknowledgement.errno === 0) return true;
    const [name, words] = errnoWords(acknowledgement.errno);
    throw new EngineError(request.name, name, acknowledgement.message ?? words);
  }
}

function failure(operation: string, errno: number): EngineError {
  const [name, words] = errnoWords(errno);
  return new EngineError(operation, name, words);
}

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const BUFFER_BYTES = 64 << 10;
const MESSAGE_BYTES_MAX = 16 << 10;
