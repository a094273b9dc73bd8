import type { WebSocket } from 'ws';

/** Collects frames and sends those of one turn of the event loop as one WebSocket message. */
export class Outbox<Frame> {
  private frames: Frame[] = [];
  private immediate: NodeJS.Immediate | undefined;

  constructor(private readonly socket: WebSocket) {}

  push(frame: Frame): void {
    this.frames.push(frame);
    this.immediate ??= setImmediate(() => this.flush());
  }

  private flush(): void {
    this.immediate = undefined;
    const frames = this.frames;
    this.frames = [];
    // A socket that closed meanwhile takes its frames along; its close event ends all that waits for it.
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(frames));
  }
}
