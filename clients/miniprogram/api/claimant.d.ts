// Made from docs/openapi/claimant.v1.json by tests/it/typings.rs; do not edit.

/** A filing that came by another door. */
export interface Adopt {
  /** The resident ID given with the filing, if one was. */
  idNumber?: string
  /** The receipt's number. */
  number: string
  /** The secret beside it. */
  secret: string
}

/** What a filing was taken over as. */
export interface Adopted {
  /** The filing. */
  filing: string
}

/** Who acts for the worker. */
export interface Agents {
  /** Ended ones too, the newest first. */
  agents: MandateView[]
}

/** What is left by whoever wants to be called. */
export interface AskCallback {
  /** An area's code, if known. */
  area?: string | null
  /** `call`, or `sms` when a ringing telephone is not safe. */
  channel?: SafeChannel
  /** A name, or what the person wants to be called by; may be empty. */
  name?: string
  /** The telephone. */
  phone: string
  /** Safe from this time of day on, `18:30`. */
  safeFrom?: string
  /** Until this one; may be past midnight. */
  safeTo?: string
  /** The site whose QR code was scanned. */
  site?: string | null
}

/** Where a code is to go. */
export interface AskCode {
  /** A mobile telephone. */
  phone: string
}

/** Why the filing should end. */
export interface AskWithdrawal {
  /** In the worker's words. */
  reason: string
}

/** A file that is going to be sent. */
export interface BeginFile {
  /** What it is: `photo`, `attendance`, `wage_slip`, `contract`, `proof`, `statement`, `other`. */
  kind: string
  /** Its name as the person calls it. */
  name?: string
  /** SHA-256 of the whole file, 64 lower-case hexadecimal digits. */
  sha256: string
  /** Bytes of the whole file. */
  size: number
}

/** What is on a receipt. */
export interface ByReceipt {
  /** The receipt's number. */
  number: string
  /** The secret beside it. */
  secret: string
}

/** The worker's word on a payment. */
export interface ClaimPaymentAnswer {
  /** The money is there. */
  received: boolean
}

/** A code is on its way. */
export interface CodeSent {
  /** The code itself: only where development shows it. */
  developmentCode?: string | null
  /** Minutes it may be used. */
  minutes: number
}

/** A code as its list shows it. */
export interface CodeView {
  /** Made by a worker; otherwise by an officer. */
  byWorker: boolean
  /** Made. */
  createdAt: string
  /** When it opens nothing any more. */
  expiresAt: string
  /** Its id. */
  id: string
  /** `live`, `expired`, `used_up` or `revoked`. */
  state: string
}

/** What is wrong with the own row. */
export interface Contest {
  /** In the worker's words. */
  note: string
}

/** The worker contests the answer. */
export interface DenyAnswer {
  /** Evidence uploaded before, by id. */
  evidence?: string[]
  /** A code of the list `denial_reason`. */
  reason: string
  /** In the worker's words. */
  statement?: string
}

/** One device that is logged in. */
export interface Device {
  /** Opened. */
  createdAt: string
  /** The one of this request. */
  current: boolean
  /** What it calls itself. */
  device: string
  /** The session's id. */
  id: string
  /** `wx` or `phone`. */
  kind: string
  /** Last used. */
  seenAt: string
}

/** Devices that are logged in. */
export interface Devices {
  /** Newest first. */
  devices: Device[]
}

/** What may be expected by when, and why. */
export interface ExpectBody {
  /** By the end of this day. */
  by: string
  /** The day may still move because a calendar is not out yet. */
  provisional: boolean
  /** What. */
  what: string
  /** From when, how long, by which article. */
  why: string
}

/** A report of a worker. The fields of `report` are those officers use as well; channel, number and time of receipt are the server's. */
export interface FileReport {
  /** The draft it was typed in; thrown away when it is filed. */
  draft?: string | null
  /** Who owes, where, since when, how much, and what happened. */
  report: FilingForm
  /** The site whose QR code was scanned. */
  site?: string | null
}

/** What became of a report. */
export interface FiledReport {
  /** The filing. */
  filing: string
  /** `new`, or `again`: the same report came before. */
  outcome: string
  /** What to keep. */
  receipt: ReceiptBody
}

/** What an officer keys in for a caller or a visitor. Texts as typed; empty means not given. */
export interface FilingForm {
  /** Address. */
  address?: string
  /** Area: name or code. */
  area?: string
  /** Bank card. */
  bankCard?: string
  /** Channel: `window`, `phone`, `hotline_12345` …; empty is the window. */
  channel?: string
  /** Employer by contract. */
  contractEmployer?: string
  /** Its code. */
  contractEmployerUscc?: string
  /** 是 or 否. */
  contractSigned?: string
  /** 总包. */
  generalContractor?: string
  /** Its code. */
  generalContractorUscc?: string
  /** 是 or 否. */
  governmentFunded?: string
  /** How many workers. */
  headcount?: number | null
  /** 工程建设领域 or 非工程建设领域. */
  industry?: string
  /** 投诉, 举报, 线索, 信访转送, 上级交办: `complaint`, `report`, `clue`, `petition`, `assigned`; empty is a complaint. */
  kind?: string
  /** What happened. */
  narrative?: string
  /** 建设单位. */
  owner?: string
  /** Its code. */
  ownerUscc?: string
  /** First day or month. */
  periodFrom?: string
  /** Last day or month. */
  periodTo?: string
  /** Channels used before, separated by 、. */
  previousChannels?: string
  /** What came of them. */
  previousDetail?: string
  /** Project. */
  project?: string
  /** Kind of project or trade. */
  projectKind?: string
  /** When it was received (RFC 3339 or a usual form); empty is now. */
  receivedAt?: string
  /** How much in all, in fen. */
  reportedTotalFen?: number | null
  /** Resident ID. */
  reporterId?: string
  /** Name. */
  reporterName?: string
  /** Telephone. */
  reporterPhone?: string
  /** The party said to owe. */
  respondent?: string
  /** Its code. */
  respondentUscc?: string
  /** The sender's number, if any. */
  sourceNumber?: string
  /** 分包. */
  subcontractor?: string
  /** Its code. */
  subcontractorUscc?: string
  /** 上级交办 or 督办. */
  superior?: boolean
  /** 包工头. */
  teamLeader?: string
  /** The team leader's resident ID. */
  teamLeaderId?: string
}

/** A mandate just given. */
export interface Given {
  /** Its id. */
  id: string
}

/** The path from the event to a signed checkpoint. */
export interface InclusionBody {
  /** The event's number in the journal. */
  logNo: number
  /** The signed note. */
  note: string
  /** Hashes from the leaf to the root, hexadecimal. */
  path: string[]
}

/** The own codes of a filing. */
export interface JoinCodes {
  /** The newest first; the codes themselves were shown once. */
  joinCodes: CodeView[]
}

/** A joining just made. */
export interface Joined {
  /** Its id: `GET /joins` says what comes of it. */
  id: string
}

/** What was typed so far. */
export interface KeepDraft {
  /** The client's own JSON, up to 64 KiB. */
  body: unknown
}

/** A file that is kept. */
export interface KeptFile {
  /** Its id: what `files` and `evidence` of other calls name. */
  id: string
}

/** Keys that receipts are checked with. */
export interface Keys {
  /** Public keys, the newest first. */
  keys: string[]
}

/** Who an agent is to the worker. */
export type Kind = "agent" | "heir"

/** The language a worker reads. Officers read Chinese. */
export type Lang = "zh" | "en"

/** What a locked screen may say. */
export interface LockScreen {
  /** `true`: short messages say what they are about. `false`, as it is at first: only that there is something to read. */
  plainWords: boolean
}

/** A filing looked after for somebody else. */
export interface LookedAfter {
  /** How much, in fen. */
  amountFen: number
  /** Until when. */
  expiresAt: string
  /** The filing: `GET /filings/{id}` opens it. */
  filing: string
  /** The mandate. */
  id: string
  /** Its number. */
  number: string
  /** What may be done. */
  powers: Power[]
  /** When it was received. */
  receivedAt: string
  /** Who is said to owe. */
  respondent: string
  /** Where it stands, in plain words. */
  stage: string
}

/** A mandate as it is shown: names and telephones masked. */
export interface MandateView {
  /** Given by the worker; otherwise recorded at the counter. */
  byWorker: boolean
  /** Given. */
  createdAt: string
  /** The document. */
  evidence?: string | null
  /** Until when. */
  expiresAt: string
  /** Whether it holds now. */
  holds: boolean
  /** Its id. */
  id: string
  /** Agent or heir. */
  kind: string
  /** The agent's name, masked. */
  name: string
  /** The agent's telephone, masked. */
  phone: string
  /** What he may do. */
  powers: Power[]
  /** Who he is to the worker, in words. */
  relation: string
  /** Revoked. */
  revokedAt?: string | null
}

/** Filings looked after for others. */
export interface Mandates {
  /** The newest first. */
  mandates: LookedAfter[]
}

/** One message. */
export interface MessageBody {
  /** When. */
  at: string
  /** `worker` or `office`. */
  from: string
  /** Its id; `before` of the next page. */
  id: string
  /** The officer's name. */
  officer?: string
  /** When the other side saw it. */
  readAt?: string | null
  /** What it says. */
  text: string
}

/** Messages of a filing. */
export interface Messages {
  /** Newest first. */
  messages: MessageBody[]
}

/** A code just made: shown this once. */
export interface NewCode {
  /** The code itself. */
  code: string
  /** When it opens nothing any more. */
  expiresAt: string
  /** Its id. */
  id: string
}

/** What a joiner tells of himself; texts as typed. */
export interface NewJoin {
  /** Yuan; may be left out when it is days or months times the wage. */
  amount?: string
  /** The own bank card. */
  bankCard?: string
  /** The code. */
  code?: string
  /** Yuan a day. */
  dailyWage?: string
  /** Days, at most to a tenth. */
  days?: string
  /** The own resident ID. */
  idNumber?: string
  /** Yuan a month. */
  monthlyWage?: string
  /** Months, at most to a tenth. */
  months?: string
  /** The own name. */
  name?: string
  /** First day or month. */
  periodFrom?: string
  /** Last day or month. */
  periodTo?: string
  /** Who owes, in the joiner's words; may be left out. */
  respondent?: string
}

/** A mandate as it is given or recorded. */
export interface NewMandate {
  /** The document of the mandate: a file of this filing. Always needed at the counter. */
  evidence?: string | null
  /** Until when, two years at the most. */
  expiresAt: string
  /** `agent`, or `heir` when the worker died; an heir is recorded at the counter only. */
  kind: Kind
  /** The agent's name. */
  name: string
  /** The agent's own telephone, by which he logs in. */
  phone: string
  /** What he may do; `confirm_receipt`, `waive` and `withdraw` only when written in the document. */
  powers: Power[]
  /** A code of `agent_relation`: `spouse`, `child`, `village_cadre`, `lawyer` … */
  relation: string
}

/** A request to withdraw that is open. */
export interface OpenWithdrawal {
  /** Its id. */
  id: string
  /** It is not decided before. */
  notBefore: string
}

/** One own row. */
export interface OwnClaim {
  /** What is claimed. */
  claimedFen: number
  /** Its id. */
  id: string
  /** What it is, in words. */
  nature: string
  /** Not decided yet. */
  openFen: number
  /** What is still owed. */
  outstandingFen: number
  /** What the worker has. */
  paidFen: number
  /** Papers about this row. */
  papers: OwnPaper[]
  /** Payments with a part for this row. */
  payments: OwnPayment[]
  /** First day. */
  periodFrom?: string | null
  /** Last day. */
  periodTo?: string | null
  /** Why something was rejected, and where else it goes. */
  reasons: string[]
  /** What was found not owed. */
  rejectedFen: number
  /** Who owes, as the worker himself said. */
  respondent?: string | null
  /** What was found owed. */
  verifiedFen: number
  /** What he gave up. */
  waivedFen: number
  /** The own word: `confirmed` or `contested`. */
  word?: string | null
  /** Whether the figures are still those the word was given on. */
  wordCurrent: boolean
}

/** Own rows. */
export interface OwnClaims {
  /** The oldest first. */
  claims: OwnClaim[]
}

/** What was typed so far. */
export interface OwnDraft {
  /** The client's own JSON. */
  body: unknown
  /** Its id, chosen by the client. */
  id: string
  /** Last touched. */
  updatedAt: string
}

/** The own drafts. */
export interface OwnDrafts {
  /** The last touched first. */
  drafts: OwnDraft[]
}

/** A line of the own filings. */
export interface OwnFiling {
  /** How much, in fen. */
  amountFen: number
  /** The filing. */
  id: string
  /** Its number. */
  number: string
  /** When it was received. */
  receivedAt: string
  /** Who is said to owe. */
  respondent: string
  /** Where it stands. */
  stage: StageBody
}

/** A page of the own filings. */
export interface OwnFilings {
  /** Newest first. */
  filings: OwnFiling[]
  /** Where to go on; absent on the last page. */
  nextCursor?: string | null
}

/** What the own joining came to. */
export interface OwnJoin {
  /** The sum, as told. */
  amountFen: number
  /** When. */
  createdAt: string
  /** Its id. */
  id: string
  /** First day, as told. */
  periodFrom: string
  /** Last day, as told. */
  periodTo: string
  /** Why it was refused, in words. */
  reason?: string | null
  /** `waiting`, `joined` or `refused`. */
  state: string
}

/** Own joinings. */
export interface OwnJoins {
  /** The newest first. */
  joins: OwnJoin[]
}

/** The own matter. */
export type OwnMatter = OwnFiling & {
  /** What the office answered last. */
  answer?: string | null
  /** Which bureau handles it. */
  bureau: string
  /** What may be done now: `confirm`, `deny`, `supplement`, `withdraw`, `take_back`, `rate`, `message`. */
  can: string[]
  /** What comes next, and why then. */
  expects: ExpectBody[]
  /** Workers owed, as reported. */
  headcount: number
  money?: OwnMoney | null
  /** First day of unpaid work. */
  periodFrom?: string | null
  /** Last day. */
  periodTo?: string | null
  /** The project, as reported. */
  project?: string | null
  /** The rating given. */
  rating?: number | null
  /** What happened, oldest first. */
  story: StoryLine[]
  /** What the office asks to be added. */
  supplement?: string | null
  withdrawal?: OpenWithdrawal | null
}

/** The own money in the matter, in fen. */
export interface OwnMoney {
  /** Asked for. */
  claimedFen: number
  /** Found and not yet in hand. */
  outstandingFen: number
  /** In hand. */
  paidFen: number
  /** Found to be owed. */
  verifiedFen: number
}

/** One notice. */
export interface OwnNotice {
  /** When. */
  at: string
  /** The filing it is about: the own one, or one looked after by a mandate. */
  filing?: string | null
  /** Its id. */
  id: string
  /** When it was read. */
  readAt?: string | null
  /** In words. */
  text: string
}

/** A page of notices. */
export interface OwnNotices {
  /** The newest first; the next page begins before the last one's id. */
  notices: OwnNotice[]
}

/** A paper about an own row. */
export interface OwnPaper {
  /** Its id: `GET /claims/{id}/papers/{paper}` opens it. */
  id: string
  /** Issued. */
  issuedAt: string
  /** Its number. */
  number: string
  /** What it is. */
  title: string
}

/** One payment as far as it is the worker's. */
export interface OwnPayment {
  /** The own part, in fen. */
  amountFen: number
  /** The own word so far: `confirmed` or `denied`. */
  answer?: string | null
  /** When it was given. */
  answeredAt?: string | null
  /** The word is kept but does not count yet: the office rings first, because one device spoke for many. */
  awaitsCall: boolean
  /** Whether it counts as received. */
  counts: boolean
  /** Its id. */
  id: string
  /** When it was paid. */
  paidOn: string
  /** Who paid, in words. */
  payer: string
  /** How, in words. */
  way: string
}

/** Payments in which the worker has a part. */
export interface OwnPayments {
  /** The newest first. */
  payments: OwnPayment[]
}

/** Notices that were read. */
export interface OwnRead {
  /** Their ids; those of others are left alone. */
  ids: string[]
}

/** The worker's word. */
export interface PaymentAnswer {
  /** The money is there. */
  received: boolean
}

/** Log-in by telephone. The name counts: many telephones of a site are shared. */
export interface PhoneLogIn {
  /** The code. */
  code: string
  /** What the device calls itself. */
  device?: string
  /** The person's name. */
  name: string
  /** The number of a receipt of an own filing: on a telephone of several persons it opens what was filed before. */
  number?: string
  /** The telephone the code went to. */
  phone: string
  /** The query code beside that number. */
  secret?: string
}

/** Something an agent may do in the worker's name. */
export type Power = "view" | "supplement" | "message" | "confirm_receipt" | "waive" | "withdraw"

/** A problem document as RFC 9457 has it, with our stable code. */
export interface Problem {
  /** Stable code to program against. */
  code: string
  /** Chinese sentence: what is wrong here and what to do. */
  detail: string
  /** The places concerned; empty when none. */
  errors?: ProblemField[]
  /** The HTTP status. */
  status: number
  /** Short Chinese title of the kind. */
  title: string
  /** The number under which the log knows this request. */
  traceId: string
  /** A URI naming the kind of problem; ends in the code. */
  type: string
}

/** One wrong place of the request. */
export interface ProblemField {
  /** Stable code, such as `required`. */
  code: string
  /** Chinese sentence: what is wrong and what to do. */
  message: string
  /** A JSON pointer into the body (`/form/amountFen`), or `query.NAME`, `path.NAME`, `header.NAME`. */
  pointer: string
}

/** That the report was received: a signature over the event's hash, and its proof once a checkpoint is there. */
export interface ProofBody {
  inclusion?: InclusionBody | null
  /** The signature over it. */
  signature: string
  /** What is signed. */
  text: string
}

/** How the handling was. */
export interface Rate {
  /** In the worker's words. */
  comment?: string
  /** 1 (bad) to 5 (good). */
  score: number
}

/** What the worker keeps. */
export interface ReceiptBody {
  /** The bureau that received it. */
  bureau: string
  /** What may be expected by when. */
  expects: ExpectBody[]
  /** The number. */
  number: string
  /** That it was received. */
  proof: ProofBody
  /** When it was received. */
  receivedAt: string
  /** With the number it opens the way of the matter without a log-in. */
  secret: string
}

/** How it is safe to reach somebody. */
export type SafeChannel = "call" | "sms"

/** The language to speak. */
export interface Speak {
  /** `zh` or `en`. */
  lang: Lang
}

/** Where a matter stands. */
export interface StageBody {
  /** Stable code. */
  code: string
  /** In plain words. */
  text: string
}

/** Something that happened. */
export interface StoryLine {
  /** When. */
  at: string
  /** In plain words. */
  text: string
}

/** What the office asked for. */
export interface Supplement {
  /** Evidence uploaded before, by id. */
  files?: string[]
  /** In the worker's words. */
  note: string
}

/** Where an upload stands. */
export interface UploadStatus {
  /** What became of it. */
  evidence?: string | null
  /** Until when it must be finished. */
  expiresAt: string
  /** Its id. */
  id: string
  /** Bytes of each part but the last, which is what is left. */
  partSize: number
  /** How many parts there are, numbered from 1. */
  parts: number
  /** Numbers of the parts that are there. */
  received: number[]
  /** Bytes of the whole file. */
  size: number
  /** `open`, `finished`, `aborted` or `expired`. */
  state: string
}

/** Where a matter stands, for whoever holds its receipt. */
export interface WayBody {
  /** What may be expected by when. */
  expects: ExpectBody[]
  /** The number. */
  number: string
  /** When it was received. */
  receivedAt: string
  /** Where it stands. */
  stage: StageBody
}

/** Log-in by WeChat. */
export interface WechatLogIn {
  /** What `wx.login` gave. */
  code: string
  /** What the device calls itself. */
  device?: string
}

/** Who is logged in. */
export interface WhoIAm {
  /** The language. */
  lang: Lang
  /** Several persons use this telephone: only what was filed in this session is seen, until a receipt of an own filing is shown (here with `number` and `secret`, or `POST /filings/adopt`). */
  limited: boolean
  /** The name, masked; absent for a WeChat log-in. */
  name?: string | null
  /** The telephone, masked. */
  phone?: string | null
}

/** A session just opened. */
export interface WorkerSession {
  /** When it ends at the latest. */
  expiresAt: string
  /** Who. */
  me: WhoIAm
  /** The bearer token, shown once. */
  token: string
}

/** What is written. */
export interface Write {
  /** At most 1000 characters. */
  text: string
}

/** The id of a message just written. */
export interface Written {
  /** Its id. */
  id: string
}

/** What may be called, what each call needs and what it answers. */
export interface Operations {
  /** 请给我回电（不需要登录，可以不留姓名） */
  askCallback: { input: { body: AskCallback }; answer: undefined }
  /** 我本人的欠薪明细 */
  listOwnClaims: { input: {}; answer: OwnClaims }
  /** 确认本人的明细无误 */
  confirmOwnClaim: { input: { path: { id: string | number } }; answer: undefined }
  /** 对本人的明细提出异议 */
  contestOwnClaim: { input: { path: { id: string | number }; body: Contest }; answer: undefined }
  /** 关于本人明细的文书 */
  ownClaimPaper: { input: { path: { id: string | number; paper: string | number } }; answer: string }
  /** 确认收到或没有收到 */
  answerOwnClaimPayment: { input: { path: { id: string | number; payment: string | number }; body: ClaimPaymentAnswer }; answer: undefined }
  /** 发送登录验证码 */
  sendCode: { input: { body: AskCode }; answer: CodeSent }
  /** 已登录的设备 */
  listDevices: { input: {}; answer: Devices }
  /** 让一台设备退出登录 */
  endDevice: { input: { path: { id: string | number } }; answer: undefined }
  /** 我的草稿 */
  listDrafts: { input: {}; answer: OwnDrafts }
  /** 删除草稿 */
  dropDraft: { input: { path: { id: string | number } }; answer: undefined }
  /** 保存草稿；编号由客户端生成（UUID） */
  keepDraft: { input: { path: { id: string | number }; body: KeepDraft }; answer: undefined }
  /** 我的反映 */
  listOwnFilings: { input: { query?: { cursor?: string | number } }; answer: OwnFilings }
  /** 反映欠薪 */
  fileReport: { input: { body: FileReport }; answer: FiledReport }
  /** 凭回执认领从其他渠道提交的反映 */
  adoptFiling: { input: { body: Adopt }; answer: Adopted }
  /** 一件反映的进展 */
  getOwnFiling: { input: { path: { id: string | number } }; answer: OwnMatter }
  /** 我委托的代理人 */
  listAgents: { input: { path: { id: string | number } }; answer: Agents }
  /** 委托代理人；确认收款、放弃、撤回须上传写明的委托书 */
  giveMandate: { input: { path: { id: string | number }; body: NewMandate }; answer: Given }
  /** 立即取消委托 */
  revokeMandate: { input: { path: { id: string | number; mandate: string | number } }; answer: undefined }
  /** 认可答复 */
  confirmAnswer: { input: { path: { id: string | number } }; answer: undefined }
  /** 不认可答复 */
  denyAnswer: { input: { path: { id: string | number }; body: DenyAnswer }; answer: undefined }
  /** 我发出的加入码（不显示码本身） */
  listOwnJoinCodes: { input: { path: { id: string | number } }; answer: JoinCodes }
  /** 给工友的加入码；只显示这一次，会过期，可随时取消 */
  makeOwnJoinCode: { input: { path: { id: string | number } }; answer: NewCode }
  /** 立即取消加入码 */
  revokeOwnJoinCode: { input: { path: { id: string | number; code: string | number } }; answer: undefined }
  /** 与办理部门的留言，新的在前 */
  listMessages: { input: { path: { id: string | number }; query?: { before?: string | number } }; answer: Messages }
  /** 给办理部门留言 */
  writeMessage: { input: { path: { id: string | number }; body: Write }; answer: Written }
  /** 登记给我的支付（只看得到本人的） */
  listPayments: { input: { path: { id: string | number } }; answer: OwnPayments }
  /** 确认收到或没有收到；确认后三十日内可以改 */
  answerPayment: { input: { path: { id: string | number; payment: string | number }; body: PaymentAnswer }; answer: undefined }
  /** 评价办理情况（一次） */
  rate: { input: { path: { id: string | number }; body: Rate }; answer: undefined }
  /** 回执：编号、查询码、可预期的日期、签名 */
  getReceipt: { input: { path: { id: string | number } }; answer: ReceiptBody }
  /** 补充办理部门要求的材料 */
  supplement: { input: { path: { id: string | number }; body: Supplement }; answer: undefined }
  /** 开始上传一份材料（照片、考勤、欠条等） */
  beginFile: { input: { path: { id: string | number }; body: BeginFile }; answer: UploadStatus }
  /** 取消撤回申请 */
  takeWithdrawalBack: { input: { path: { id: string | number } }; answer: undefined }
  /** 申请撤回；有冷静期，会有人电话核实 */
  askWithdrawal: { input: { path: { id: string | number }; body: AskWithdrawal }; answer: Written }
  /** 我凭加入码提交的结果 */
  listOwnJoins: { input: {}; answer: OwnJoins }
  /** 凭加入码提交本人的欠薪；等待与名册核对或者工作人员核对 */
  join: { input: { body: NewJoin }; answer: Joined }
  /** 核验回执签名的公钥 */
  receiptKeys: { input: {}; answer: Keys }
  /** 我代理的反映 */
  listMandates: { input: {}; answer: Mandates }
  /** 本人收到的通知，新的在前 */
  listOwnNotices: { input: { query?: { before?: string | number } }; answer: OwnNotices }
  /** 短信是否写明事由（默认不写） */
  getLockScreen: { input: {}; answer: LockScreen }
  /** 选择短信是否写明事由 */
  setLockScreen: { input: { body: LockScreen }; answer: undefined }
  /** 标记通知为已读 */
  readOwnNotices: { input: { body: OwnRead }; answer: undefined }
  /** 本接口的说明（OpenAPI） */
  claimantDescription: { input: {}; answer: string }
  /** 凭回执编号和查询码查询进展（不需要登录） */
  progressByReceipt: { input: { body: ByReceipt }; answer: WayBody }
  /** 退出登录 */
  workerLogOut: { input: {}; answer: undefined }
  /** 当前登录人 */
  workerSession: { input: {}; answer: WhoIAm }
  /** 手机号、验证码和姓名登录 */
  logInByPhone: { input: { body: PhoneLogIn }; answer: WorkerSession }
  /** 选择语言：zh 或 en */
  setLanguage: { input: { body: Speak }; answer: undefined }
  /** 微信小程序登录（wx.login 的 code） */
  logInByWechat: { input: { body: WechatLogIn }; answer: WorkerSession }
  /** 放弃上传 */
  abortFile: { input: { path: { id: string | number } }; answer: undefined }
  /** 上传进度：已收到哪些片 */
  getFileUpload: { input: { path: { id: string | number } }; answer: UploadStatus }
  /** 拼合、校验并存为材料；重复请求返回同一材料 */
  finishFile: { input: { path: { id: string | number } }; answer: KeptFile }
  /** 上传一片；顺序不限，可重复上传同一内容 */
  putFilePart: { input: { path: { id: string | number; n: string | number }; body: ArrayBuffer }; answer: undefined }
}
