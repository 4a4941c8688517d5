/** What the service worker says. */
export const push = {
  "push.lead": "Lead",
  "push.leadOf": "Lead {place}",
  "push.offer": "Suggested to you: {customer}",
  "push.offer.body": "Accept it before it goes to Unassigned.",
  "push.mine": "{customer}",
  "push.mine.body": "Something new for you.",
  "push.mention": "{author} mentioned you · {customer}",
  "push.mention.body": "A note mentions you.",
  "push.unassigned": "Unassigned: {customer}",
  "push.unassigned.body": "Nobody has taken it yet.",
  "push.test": "Parley",
  "push.test.body": "This is how a notification looks.",
} as const
