// Progress as a story; the own word on an answer and on money; photos added.
const { upload, smaller } = require('../../api/upload')

const when = at => at.slice(0, 16).replace('T', ' ')
const yuan = fen => (fen / 100).toFixed(2)

Component({
  data: { matter: null, story: [], money: null, payments: [], may: {}, told: '', note: '', line: '' },
  methods: {
    onLoad(query) {
      const app = getApp()
      this.client = app.globalData.client
      this.api = app.globalData.wx || wx
      this.id = query.id
      return this.load()
    },
    onPullDownRefresh() {
      return this.load().then(() => this.api.stopPullDownRefresh())
    },
    load() {
      const path = { id: this.id }
      return this.client.ready()
        .then(() => Promise.all([this.client.call('getOwnFiling', { path }), this.client.call('listPayments', { path })]))
        .then(([m, p]) => {
          const may = {}
          m.can.forEach(c => { may[c] = true })
          // a key for each thing that may be done on what is shown now
          this.keys = {}
          this.setData({
            matter: m,
            may,
            amount: yuan(m.amountFen),
            story: m.story.slice().reverse().map(s => ({ at: when(s.at), text: s.text })),
            money: m.money ? { claimed: yuan(m.money.claimedFen), paid: yuan(m.money.paidFen), outstanding: yuan(m.money.outstandingFen) } : null,
            payments: p.payments.map(x => ({ id: x.id, amount: yuan(x.amountFen), about: `${x.paidOn}，${x.payer}，${x.way}`, answer: x.answer || '' })),
            told: ''
          })
        })
        .catch(e => this.setData({ told: e.message }))
    },
    key(what) {
      if (!this.keys[what]) this.keys[what] = this.client.key()
      return this.keys[what]
    },
    act(name, input, said) {
      return this.client.call(name, input)
        .then(() => this.load())
        .then(() => this.setData({ note: said }))
        .catch(e => this.setData({ told: e.message }))
    },
    confirm() {
      return this.act('confirmAnswer', { path: { id: this.id }, key: this.key('confirm') }, '已经记下。')
    },
    deny() {
      return this.act('denyAnswer', { path: { id: this.id }, body: { reason: 'disagrees' }, key: this.key('deny') }, '已经记下，会重新办。')
    },
    received(e) {
      const { id, yes } = e.currentTarget.dataset
      return this.act('answerPayment', { path: { id: this.id, payment: id }, body: { received: yes === 'yes' }, key: this.key(`${id}-${yes}`) }, '已经记下。')
    },
    add() {
      this.api.chooseMedia({
        count: 9,
        mediaType: ['image'],
        sourceType: ['album', 'camera'],
        success: r => this.bring(r.tempFiles.map((f, i) => ({ path: f.tempFilePath, kind: 'photo', name: `照片${i + 1}.jpg` })))
      })
    },
    bring(photos) {
      const one = n => {
        if (n >= photos.length) return Promise.resolve()
        const told = share => this.setData({ line: `正在传第 ${n + 1} 张，共 ${photos.length} 张：${Math.round(100 * share)}%` })
        return smaller(this.api, photos[n].path).then(path => upload(this.client, this.api, this.id, Object.assign({}, photos[n], { path }), told)).then(() => one(n + 1))
      }
      return one(0).then(() => this.setData({ line: '照片都传好了。' })).catch(e => this.setData({ line: '', told: e.message }))
    },
    talk() {
      this.api.navigateTo({ url: `/pages/messages/messages?id=${this.id}` })
    },
    receipt() {
      this.api.navigateTo({ url: `/pages/receipt/receipt?id=${this.id}` })
    }
  }
})
