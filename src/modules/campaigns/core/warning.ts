/** A warning about a campaign that was accepted. */
export interface CampaignWarning {
  code: 'missing_variable' | 'window_never_opens' | 'frequency_cap' | 'database_restored';
  /** Of a missing one. */
  variable?: string;
  /** Recipients it concerns. */
  count: number;
  message: string;
}
