/** The part of the WebAssembly interface that the agent uses; Node has it, the types of Node do not. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
}
