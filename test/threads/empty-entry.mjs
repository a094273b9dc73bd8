/** What a thread loads by mistake: it takes no orders. */
export const orders = 0;
