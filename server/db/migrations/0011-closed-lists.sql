-- owner: conversations
-- Locks: writes to conversations wait while the indexes are made, some two seconds for each million of them.

-- Closed lists narrowed to a channel: read source by source, so that a rare channel is found without walking past
-- everything else. A conversation's last source seldom changes, so updates stay HOT.
create index conversations_closed_team_source_index on conversations (workspace_id, team_id, last_source_id, listed_at desc, id desc) where closed_at is not null;
create index conversations_closed_assignee_source_index on conversations (workspace_id, assignee_id, last_source_id, listed_at desc, id desc) where closed_at is not null;

-- Few are closed without ever having been somebody's.
create index conversations_closed_unassigned_index on conversations (workspace_id, team_id, listed_at desc, id desc) where closed_at is not null and assignee_id is null and offer_agent_id is null;
create index conversations_closed_unassigned_source_index on conversations (workspace_id, team_id, last_source_id, listed_at desc, id desc) where closed_at is not null and assignee_id is null and offer_agent_id is null;

-- Which of many conversations, such as those an agent was ever mentioned in, are open: asked of this small index, a
-- closed one costs nothing more.
create index conversations_open_index on conversations (workspace_id, id) where closed_at is null;
