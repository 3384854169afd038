// What a city sets: its server, and its areas as the server knows them (config/areas.toml, name or code).
module.exports = {
  base: 'https://qingxin.example.gov.cn',
  name: '清薪',
  phones: [{ number: '12333', what: '劳动热线' }, { number: '12345', what: '市民热线' }, { number: '110', what: '报警' }],
  areas: ['奎文区', '潍城区', '坊子区', '寒亭区', '青州市', '诸城市', '寿光市', '安丘市', '高密市', '昌邑市', '临朐县', '昌乐县']
}
