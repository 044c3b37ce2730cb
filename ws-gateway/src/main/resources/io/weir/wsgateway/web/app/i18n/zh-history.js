/* Texts of the pages History, Session and Exchanges. */
export default {
};
