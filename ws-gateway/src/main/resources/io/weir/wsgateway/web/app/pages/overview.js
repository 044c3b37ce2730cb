import { h } from "../dom.js";
import { t } from "../i18n.js";

export default function Overview() {
  return h("section.panel", t("loading"));
}
