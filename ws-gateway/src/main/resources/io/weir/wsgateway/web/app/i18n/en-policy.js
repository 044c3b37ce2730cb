/* Texts of the pages Rules and Usage. */
export default {
  "nav.rules": "Rules", "nav.usage": "Usage",
  "r.lead": "The first rule that fits decides; the figures count since it is in force.", "r.search": "Name or text of a rule", "r.col.name": "Name", "r.col.action": "Action", "r.col.rule": "Rule", "r.col.hits": "Decided",
  "r.allow": "allow", "r.refuse": "refuse", "r.noMatch": "No rule matches.", "r.shown": ["{n} rule", "{n} rules"], "r.otherwise": "What none of them decides is allowed.",
  "r.old": "This is old: the gateway does not answer.", "r.replay": "A replay has no rules: it shows what was decided then.",
  "r.none": "There are no rules", "r.none.text": "Everything is allowed that the node does not refuse by itself. Rules are lines of the configuration, and count a moment after they are written:",
  "r.none.file": "Or they are in a file of their own:",
  "r.test": "Try the rules", "r.url": "URL, or host:port", "r.user": "User", "r.client": "Client address", "r.method": "Method", "r.listener": "Listener", "r.address": "Address of the host", "r.intercepted": "the tunnel is read",
  "r.ask": "Which rule decides?", "r.more": "More", "r.less": "Less", "r.before": ["{n} rule before these does not fit.", "{n} rules before these do not fit."],
  "r.decision.allowed": "allowed", "r.decision.refused": "refused", "r.decision.open": "depends on the address",
  "r.asked.request": "the request", "r.asked.tunnel": "the tunnel", "r.asked.inside": "the request in the tunnel",
  "u.lead": "Today is {day}, this month {month}, both in UTC.", "u.search": "User", "u.day": "Today", "u.month": "This month", "u.open": "Open", "u.refused": "Refused", "u.noMatch": "No user matches.",
  "u.shown": ["{n} user", "{n} users"], "u.over": "{n} over quota", "u.more": "the first {n} are shown", "u.since": "Up, down, open and refused count since the node was started.", "u.isOver": "over quota",
  "u.tip": "{bytes} bytes of {quota}", "u.meter.day": "Used of today's quota", "u.meter.month": "Used of this month's quota", "u.replay": "A replay holds nobody to a quota.",
  "u.none": "No user has used anything yet", "u.none.text": "Users are who clients show to be: by a password, if the configuration names a file of users, or by a certificate, on a listener with client-user. Quotas can be set for all of them and for single ones:",
  "top.user": "Top users", "col.user": "User", "col.rule": "Rule", "row.ruleTip": "Rule {rule} · way: {way} · configuration {version}", "row.noRule": "none", "row.direct": "straight to the origin", "s.upstream": "By way of", "s.config": "Configuration",
};
