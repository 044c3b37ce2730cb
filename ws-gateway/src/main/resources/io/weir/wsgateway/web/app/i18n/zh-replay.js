/* 回放的文字。 */
export default {
  "replay.mark": "回放", "replay.player": "回放", "replay.play": "播放（空格）", "replay.pause": "暂停（空格）", "replay.again": "从头重新播放", "replay.step": "前进一个事件（.）",
  "replay.speed": "速度", "replay.max": "最快", "replay.scrub": "回放时间", "replay.sequence": "序号 {n}", "replay.ended": "已到末尾",
  "replay.node": "日记账历史回放 · 版本 {version}", "replay.keys.play": "回放：播放、暂停", "replay.keys.leap": "回放：后退或前进 10 秒；按住 Shift 为一分钟", "replay.keys.step": "回放：前进一个事件",
};
