// Types of client.js and upload.js; those of the API itself are generated into claimant.d.ts.
import { Operations, ProblemField } from './claimant'

export class Problem extends Error {
  /** The HTTP status; 0 when the line was down. */
  status: number
  /** Stable code to program against; `offline` when the line was down. */
  code: string
  title: string
  traceId: string
  errors: ProblemField[]
  /** Seconds after which to try again; 0 when the server did not say. */
  retryAfter: number
  at(place: string): string
}
export interface Options {
  base: string
  wx?: any
  device?: string
  lang?: 'zh' | 'en'
  storage?: string
  tries?: number
  wait?: (n: number) => number
}
export interface Client {
  call<K extends keyof Operations>(name: K, input?: Operations[K]['input'] & { key?: string; header?: Record<string, string>; timeout?: number }): Promise<Operations[K]['answer']>
  key(): string
  logIn(): Promise<Operations['logInByWechat']['answer']['me']>
  ready(): Promise<void>
  keep(token: string): void
  hasToken(): boolean
}
export function create(options: Options): Client
