import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { metricsIn, spansOf, type WireMetric, type WireSpan } from './otlp-request.ts'

const SPANS = serviceAt('/opentelemetry.proto.collector.trace.v1.TraceService/Export')
const METRICS = serviceAt('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export')

function serviceAt(path: string): ServiceDefinition {
  return {
    export: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  }
}

export interface Failure {
  readonly code: number
  readonly details: string
  readonly metadata?: Metadata
}

/** `hang`: no answer ever. Bytes: an ExportTraceServiceResponse. */
export type Reply = 'hang' | Failure | Buffer

export interface Taken {
  readonly reply: Reply
  readonly kept: readonly WireSpan[]
}

/** A collector's receiving end: a real gRPC server on a free port. */
export class OtlpServer {
  readonly spans: WireSpan[] = []
  /** Each request for metrics. */
  readonly metrics: WireMetric[][] = []
  metricsReply: () => Reply = () => Buffer.alloc(0)
  readonly requests: Metadata[] = []
  reply: (spans: readonly WireSpan[]) => Reply = () => Buffer.alloc(0)
  /** What it keeps of a request, whatever it says of it; by default what it answers well. */
  take: (spans: readonly WireSpan[]) => Taken = (spans) => {
    const reply = this.reply(spans)
    return { reply, kept: Buffer.isBuffer(reply) ? spans : [] }
  }
  /** Each answer comes so much later. */
  delayMs = 0
  #server: Server | undefined
  port = 0

  /** `address`: `127.0.0.1:0`, or `unix:/path`. */
  async listen(
    address = `127.0.0.1:${this.port}`,
    credentials = ServerCredentials.createInsecure(),
    limits: { maxReceive?: number; takesMetrics?: boolean } = {},
  ): Promise<this> {
    const server = new Server({
      'grpc.max_receive_message_length': limits.maxReceive ?? 4 * 1024 * 1024,
    })
    server.addService(SPANS, {
      export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
        this.#serve(call, done),
    })
    if (limits.takesMetrics)
      server.addService(METRICS, {
        export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
          this.#serveMetrics(call, done),
      })
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      )
    })
    this.#server = server
    return this
  }

  /** At once, with the connections that are open. */
  stop(): void {
    this.#server?.forceShutdown()
    this.#server = undefined
  }

  #serve(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
    this.requests.push(call.metadata)
    const { reply, kept } = this.take(spansOf(call.request))
    this.spans.push(...kept)
    if (reply === 'hang') return
    const answer = () => (Buffer.isBuffer(reply) ? done(null, reply) : done(reply))
    if (this.delayMs > 0) setTimeout(answer, this.delayMs)
    else answer()
  }

  #serveMetrics(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
    this.requests.push(call.metadata)
    const reply = this.metricsReply()
    if (reply === 'hang') return
    if (!Buffer.isBuffer(reply)) {
      done(reply)
      return
    }
    this.metrics.push(metricsIn(call.request))
    done(null, reply)
  }
}
