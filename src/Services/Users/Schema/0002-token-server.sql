-- The tables that OpenIddict's Entity Framework Core stores expect.
create table "OpenIddictApplications" (
    "Id" text not null primary key,
    "ApplicationType" text,
    "ClientId" text unique,
    "ClientSecret" text,
    "ClientType" text,
    "ConcurrencyToken" text,
    "ConsentType" text,
    "DisplayName" text,
    "DisplayNames" text,
    "JsonWebKeySet" text,
    "Permissions" text,
    "PostLogoutRedirectUris" text,
    "Properties" text,
    "RedirectUris" text,
    "Requirements" text,
    "Settings" text
);

create table "OpenIddictScopes" (
    "Id" text not null primary key,
    "ConcurrencyToken" text,
    "Description" text,
    "Descriptions" text,
    "DisplayName" text,
    "DisplayNames" text,
    "Name" text unique,
    "Properties" text,
    "Resources" text
);

create table "OpenIddictAuthorizations" (
    "Id" text not null primary key,
    "ApplicationId" text references "OpenIddictApplications" ("Id"),
    "ConcurrencyToken" text,
    "CreationDate" timestamptz,
    "Properties" text,
    "Scopes" text,
    "Status" text,
    "Subject" text,
    "Type" text
);

create table "OpenIddictTokens" (
    "Id" text not null primary key,
    "ApplicationId" text references "OpenIddictApplications" ("Id"),
    "AuthorizationId" text references "OpenIddictAuthorizations" ("Id"),
    "ConcurrencyToken" text,
    "CreationDate" timestamptz,
    "ExpirationDate" timestamptz,
    "Payload" text,
    "Properties" text,
    "RedemptionDate" timestamptz,
    "ReferenceId" text unique,
    "Status" text,
    "Subject" text,
    "Type" text
);

create index authorizations_by_subject on "OpenIddictAuthorizations" ("Subject", "ApplicationId", "Status", "Type");

create index tokens_by_subject on "OpenIddictTokens" ("Subject", "ApplicationId", "Status", "Type");

create index tokens_by_authorization on "OpenIddictTokens" ("AuthorizationId");

-- The command line signs in as this client. It is public: it has no secret to keep.
insert into "OpenIddictApplications" ("Id", "ClientId", "ClientType", "ApplicationType", "ConsentType", "DisplayName", "ConcurrencyToken", "Permissions")
values ('tessera-cli', 'tessera-cli', 'public', 'native', 'implicit', 'Tessera command line', '1',
    '["ept:token","ept:revocation","gt:password","gt:refresh_token"]');
