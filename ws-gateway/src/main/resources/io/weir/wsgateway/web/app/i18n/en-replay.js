/* Texts of a replay. */
export default {
  "replay.mark": "REPLAY", "replay.player": "Replay", "replay.play": "Play (space)", "replay.pause": "Pause (space)", "replay.again": "Play again from the beginning", "replay.step": "One event on (.)",
  "replay.speed": "Speed", "replay.max": "max", "replay.scrub": "Time of the replay", "replay.sequence": "sequence {n}", "replay.ended": "at the end",
  "replay.node": "History of a journal, played again · version {version}", "replay.keys.play": "Replay: play, pause", "replay.keys.leap": "Replay: 10 seconds back or on; a minute with Shift", "replay.keys.step": "Replay: one event on",
};
