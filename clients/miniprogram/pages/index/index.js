// The own filings, and the way to a new one; telephones for help.
Component({
  data: { filings: [], phones: [], told: '', loaded: false },
  methods: {
    onLoad() {
      const app = getApp()
      this.client = app.globalData.client
      this.api = app.globalData.wx || wx
      this.setData({ phones: app.globalData.config.phones })
    },
    onShow() {
      return this.load()
    },
    load() {
      return this.client.ready()
        .then(() => this.client.call('listOwnFilings'))
        .then(got => this.setData({
          loaded: true,
          told: '',
          filings: got.filings.map(f => ({ id: f.id, respondent: f.respondent, amount: (f.amountFen / 100).toFixed(2), stage: f.stage.text, number: f.number }))
        }))
        .catch(e => this.setData({ told: e.message }))
    },
    file() {
      this.api.navigateTo({ url: '/pages/file/file' })
    },
    open(e) {
      this.api.navigateTo({ url: `/pages/progress/progress?id=${e.currentTarget.dataset.id}` })
    },
    dial(e) {
      this.api.makePhoneCall({ phoneNumber: e.currentTarget.dataset.number, fail() {} })
    }
  }
})
