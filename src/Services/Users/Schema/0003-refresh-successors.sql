-- Which refresh token took the place of a redeemed one: who asks with the old one a moment later gets it again.
alter table "OpenIddictTokens" add column "SuccessorId" text;
