import { ByteWriter } from './byte-writer.ts';
import { I32, I64, W } from './wasm-opcode.ts';

/**
 * Bytes of a module that makes a JavaScript function fit for the program table: it imports `m.memory` and
 * `m.run(ctx, framePointer) → low half`, and exports `main(r1, framePointer) → r0`, the high half read from `resultHigh`.
 */
export function bridgeModule(resultHigh: number, memoryPages: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const section = (id: number, fill: (content: ByteWriter) => void): void => {
    const content = new ByteWriter();
    fill(content);
    out.byte(id);
    out.sized(content);
  };
  section(1, (s) => s.bytes([2, 0x60, 2, I64, I32, 1, I64, 0x60, 2, I32, I32, 1, I32]));
  section(2, (s) => {
    s.unsigned(2);
    s.name('m');
    s.name('memory');
    s.bytes([2, 1]);
    s.unsigned(memoryPages);
    s.unsigned(memoryPages);
    s.name('m');
    s.name('run');
    s.bytes([0, 1]);
  });
  section(3, (s) => s.bytes([1, 0]));
  section(7, (s) => {
    s.unsigned(1);
    s.name('main');
    s.bytes([0, 1]);
  });
  section(10, (s) => {
    const body = new ByteWriter();
    body.bytes([0, W.localGet, 0, W.i32WrapI64, W.localGet, 1, W.call, 0, W.i64ExtendI32U, W.i32Const]);
    body.signed(resultHigh);
    body.bytes([W.i64Load32U, 0, 0, W.i64Const, 32, W.i64Shl, W.i64Or, W.end]);
    s.unsigned(1);
    s.sized(body);
  });
  return out.take();
}
