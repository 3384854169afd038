// Messages with the office. What was typed stays when the line breaks; what is sent twice is one.
Component({
  data: { said: [], text: '', told: '', sending: false },
  methods: {
    onLoad(query) {
      const app = getApp()
      this.client = app.globalData.client
      this.id = query.id
      this.key = this.client.key()
      return this.load()
    },
    load() {
      return this.client.ready()
        .then(() => this.client.call('listMessages', { path: { id: this.id } }))
        .then(got => this.setData({
          told: '',
          said: got.messages.slice().reverse().map(m => ({ id: m.id, own: m.from === 'worker', by: `${m.from === 'worker' ? '您' : '承办人'}，${m.at.slice(0, 16).replace('T', ' ')}`, text: m.text }))
        }))
        .catch(e => this.setData({ told: e.message }))
    },
    typed(e) {
      this.setData({ text: e.detail.value })
    },
    send() {
      const text = this.data.text.trim()
      if (!text || this.data.sending) return Promise.resolve()
      this.setData({ sending: true })
      return this.client.call('writeMessage', { path: { id: this.id }, body: { text }, key: this.key })
        .then(() => {
          this.key = this.client.key()
          this.setData({ text: '', sending: false })
          return this.load()
        })
        .catch(e => {
          if (e.code === 'idempotency_key_reused') this.key = this.client.key()
          this.setData({ sending: false, told: e.at('text') || e.message })
        })
    }
  }
})
