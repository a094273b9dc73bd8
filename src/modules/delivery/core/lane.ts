/** Which deliveries go first at a sender: `direct` before `campaign`; campaigns among themselves by their priority. */
export type Lane = 'direct' | 'campaign';
