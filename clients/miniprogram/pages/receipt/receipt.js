// The receipt in plain words: number and query code, what comes next by when.
Component({
  data: { receipt: null, at: '', missing: 0, told: '' },
  methods: {
    onLoad(query) {
      const app = getApp()
      this.client = app.globalData.client
      this.api = app.globalData.wx || wx
      this.id = query.id
      this.setData({ missing: Number(query.missing || 0) })
      return this.load()
    },
    load() {
      return this.client.ready()
        .then(() => this.client.call('getReceipt', { path: { id: this.id } }))
        .then(r => this.setData({ receipt: r, at: r.receivedAt.slice(0, 16).replace('T', ' '), told: '' }))
        .catch(e => this.setData({ told: e.message }))
    },
    copy() {
      const r = this.data.receipt
      this.api.setClipboardData({ data: `编号 ${r.number}，查询码 ${r.secret}` })
    },
    follow() {
      this.api.redirectTo({ url: `/pages/progress/progress?id=${this.id}` })
    }
  }
})
