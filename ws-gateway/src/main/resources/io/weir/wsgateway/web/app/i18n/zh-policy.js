/* 规则页与用量页的文字。 */
export default {
  "nav.rules": "规则", "nav.usage": "用量",
  "r.lead": "第一条匹配的规则生效；计数自规则生效起累计。", "r.search": "规则的名称或内容", "r.col.name": "名称", "r.col.action": "动作", "r.col.rule": "规则", "r.col.hits": "命中",
  "r.allow": "允许", "r.refuse": "拒绝", "r.noMatch": "没有匹配的规则。", "r.shown": "{n} 条规则", "r.otherwise": "没有规则命中的请求一律允许。",
  "r.old": "数据已过时：网关没有响应。", "r.replay": "回放没有规则：它显示的是当时的决定。",
  "r.none": "没有规则", "r.none.text": "节点自身不拒绝的请求一律允许。规则写在配置中，每行一条，写入后片刻即生效：",
  "r.none.file": "也可以写在单独的文件中：",
  "r.test": "试验规则", "r.url": "网址或 主机:端口", "r.user": "用户", "r.client": "客户端地址", "r.method": "方法", "r.listener": "监听器", "r.address": "主机的地址", "r.intercepted": "隧道会被读取",
  "r.ask": "哪条规则生效？", "r.more": "更多", "r.less": "收起", "r.before": "此前 {n} 条规则不匹配。",
  "r.decision.allowed": "允许", "r.decision.refused": "拒绝", "r.decision.open": "取决于地址",
  "r.asked.request": "该请求", "r.asked.tunnel": "该隧道", "r.asked.inside": "隧道内的请求",
  "u.lead": "今天是 {day}，本月是 {month}，均按 UTC 计算。", "u.search": "用户", "u.day": "今天", "u.month": "本月", "u.open": "打开", "u.refused": "已拒绝", "u.noMatch": "没有匹配的用户。",
  "u.shown": "{n} 个用户", "u.over": "{n} 个超出配额", "u.more": "显示前 {n} 个", "u.since": "上行、下行、打开和拒绝数自节点启动起计。", "u.isOver": "超出配额",
  "u.tip": "{bytes} / {quota} 字节", "u.meter.day": "今天配额的已用部分", "u.meter.month": "本月配额的已用部分", "u.replay": "回放不受配额限制。",
  "u.none": "还没有用户用量", "u.none.text": "用户是客户端证明的身份：配置中指定了用户文件时凭密码，在设有 client-user 的监听器上凭证书。配额可以对所有用户设置，也可以对单个用户设置：",
  "top.user": "流量最大的用户", "col.user": "用户", "col.rule": "规则", "row.ruleTip": "规则 {rule} · 路径：{way} · 配置 {version}", "row.noRule": "无", "row.direct": "直达源站", "s.upstream": "经由", "s.config": "配置",
};
