import type { Adapters } from "../channels/channels.ts"
import type { Handlers } from "../jobs/jobs.ts"
import type { Sync } from "../sync/sync.ts"
import { deliver, giveUp } from "./deliver.ts"
import { sendHeld } from "./held-answer.ts"
import { endOfferInTime, releaseAgent, returnToQueue } from "./release.ts"
import { endSnooze } from "./snooze.ts"

export function conversationJobs(needs: { sync: Sync; adapters: Adapters }): Handlers {
  const { sync } = needs
  return {
    deliver: {
      run: (payload, job) => deliver(needs, payload, job),
      giveUp: ({ entryId }, job) => giveUp(sync, job.workspaceId, entryId),
    },
    "send-held": {
      run: (payload, job) => sendHeld(needs, job.workspaceId, payload),
      giveUp: ({ entryId }, job) => giveUp(sync, job.workspaceId, entryId),
    },
    "end-offer": (payload, job) => endOfferInTime(sync, job.workspaceId, payload),
    "end-snooze": (payload, job) => endSnooze(sync, job.workspaceId, payload),
    "return-to-queue": (payload, job) => returnToQueue(sync, job.workspaceId, payload),
    "release-agent": (payload, job) => releaseAgent(sync, job.workspaceId, payload),
  }
}
