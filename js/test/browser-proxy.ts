/** A network between the browser and the gateway, with the faults of real ones. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Passes on whatever comes to it, except that. */
export class Proxy {
  /** What becomes of a request for a WebSocket: it is passed on, refused, or swallowed without an answer. */
  upgrades: "pass" | "refuse" | "swallow" = "pass";
  readonly #ends = new Set<Socket>();
  readonly #server = createServer((near) => this.#accept(near));

  constructor(private readonly target: string) {}

  /** Return the origin that stands for the target's. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Carry nothing more over the links that there are, and tell nobody, as where a cable is cut. New ones work. */
  cut(): void {
    for (const end of this.#ends) end.unpipe();
  }

  close(): void {
    this.#server.close();
    for (const end of this.#ends) end.destroy();
  }

  #accept(near: Socket): void {
    this.#keep(near);
    near.once("data", (head) => {
      const isUpgrade = /^upgrade: websocket/im.test(head.toString("latin1"));
      if (isUpgrade && this.upgrades === "refuse") near.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
      if (isUpgrade && this.upgrades !== "pass") return;
      const { hostname, port } = new URL(this.target);
      const far = connect(Number(port), hostname);
      this.#keep(far);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
      far.write(head);
      near.pipe(far).pipe(near);
    });
  }

  #keep(end: Socket): void {
    this.#ends.add(end);
    end.on("error", () => {}).on("close", () => this.#ends.delete(end));
  }
}
