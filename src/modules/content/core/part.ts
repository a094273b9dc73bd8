/**
 * One message of the sequence a recipient gets. Every text in it is a template: spintax first, then Liquid. Media is a
 * file of the tenant; a `mediaUrl` of the caller was fetched and stored when the campaign was made.
 */
export type CampaignPart =
  | { type: 'text'; content: string }
  | { type: 'image' | 'video' | 'document'; mediaId: string; caption?: string; fileName?: string }
  | { type: 'audio' | 'voice'; mediaId: string }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contact'; displayName: string; phoneNumber: string; organisation?: string }
  | { type: 'poll'; question: string; choices: string[]; selectable: number };
