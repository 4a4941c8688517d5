-- owner: conversations
-- Locks: notices, for as long as its index takes: a second for some hundred thousand mentions.
-- Put away by the agent whom it mentions. He may see the conversation all the same.
alter table notices add column is_done boolean not null default false;

create index notices_open_mention_index on notices (workspace_id, agent_id, conversation_id)
  where what = 'mention' and not is_done;
