using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The accounts in the database. Writes happen in the scoped unit of work.</summary>
internal sealed class AccountStore(IDatabase database, UnitOfWork work)
{
    private const string Columns = "id, email, password_hash, name, is_operator, registered_at, language";

    private const string Select = $"""
        select {Columns}, (select guests.email from guests where guests.user_id = users.id) from users
        """;

    public UnitOfWork Work { get; } = work;

    public async Task<Account?> FindAsync(Guid id, CancellationToken stop) =>
        (await database.QueryAsync($"{Select} where id = $1", [id], Read, stop)).SingleOrDefault();

    public async Task<Account?> FindAsync(string email, CancellationToken stop) =>
        (await database.QueryAsync(
            $"{Select} where email = $1",
            [EmailAddress.Normalize(email)], Read, stop)).SingleOrDefault();

    public async Task<bool> HasOperatorAsync(CancellationToken stop) =>
        (await database.QueryAsync(
            "select 1 from users where is_operator limit 1", [], row => row.GetInt64(0), stop)).Count > 0;

    public Task<List<AddressView>> AddressesAsync(Guid user, CancellationToken stop) =>
        database.QueryAsync(AddressBook.Select, [user], AddressBook.Read, stop);

    /// <summary>Adds the account unless its email is taken.</summary>
    public async Task<bool> TryAddAsync(Account account, CancellationToken stop) => await Work.ExecuteAsync(
        $"insert into users ({Columns}) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        [
            account.Id, account.Email, account.PasswordHash, account.Name, account.IsOperator, account.RegisteredAt,
            account.Language,
        ],
        stop) == 1;

    /// <summary>For who has no account: somebody with no way in but the session that begins with it.</summary>
    public void AddGuest(Account guest)
    {
        Work.Enqueue(
            "insert into users (id, name, is_operator, registered_at, language) values ($1, $2, $3, $4, $5)",
            guest.Id, guest.Name, false, guest.RegisteredAt, guest.Language);
        Work.Enqueue(
            "insert into guests (user_id, email, since) values ($1, $2, $3)",
            guest.Id, guest.GuestEmail, guest.RegisteredAt);
    }

    /// <summary>Some of the guests who came before, those who came first.</summary>
    public Task<List<Guid>> GuestsBeforeAsync(DateTimeOffset before, int atMost, CancellationToken stop) =>
        database.QueryAsync(
            "select user_id from guests where since < $1 order by since limit $2", [before, atMost],
            row => row.GetGuid(0), stop);

    public async Task<bool> TryChangeAsync(Guid user, string? name, string? language, CancellationToken stop) =>
        await Work.ExecuteAsync(
            "update users set name = $2, language = $3 where id = $1", [user, name, language], stop) == 1;

    /// <summary>Stores the hash of the password just used, and so holds the row until the commit. False when the
    /// account is gone or its password has been changed since it was checked.</summary>
    public async Task<bool> TryKeepPasswordHashAsync(Account account, CancellationToken stop) =>
        await Work.ExecuteAsync(
            "update users set password_hash = $2 where id = $1 and password_hash = $3",
            [account.Id, account.PasswordHash, account.CheckedHash ?? account.PasswordHash], stop) == 1;

    /// <summary>A new password for who followed a link that was mailed to the owner.</summary>
    public async Task<bool> TrySetPasswordAsync(Guid user, string hash, DateTimeOffset now, CancellationToken stop) =>
        await Work.ExecuteAsync(
            "update users set password_hash = $2, confirmed_at = coalesce(confirmed_at, $3) where id = $1",
            [user, hash, now], stop) == 1;

    /// <summary>Whoever made the account need not have its address: of one whose address nobody has proved yet, all
    /// ways in but the password fall. An operator's was made on the store's own machine, so those of it stay. The row
    /// is held already (<see cref="TryLockAsync"/>).</summary>
    public void RemoveUnprovedWaysIn(Guid user)
    {
        foreach (var table in new[] { "passkeys", "second_factors", "recovery_codes" })
        {
            Work.Enqueue(
                $"""
                delete from {table} where user_id = $1 and exists (
                    select 1 from users where id = $1 and confirmed_at is null and not is_operator)
                """,
                user);
        }
    }

    public async Task<bool> TryConfirmAsync(Guid user, DateTimeOffset now, CancellationToken stop) =>
        await Work.ExecuteAsync(
            "update users set confirmed_at = coalesce(confirmed_at, $2) where id = $1", [user, now], stop) == 1;

    /// <summary>Takes the account's row until the commit, so that requests of one user that first look and then change
    /// follow one another. False when the account is gone.</summary>
    public async Task<bool> TryLockAsync(Guid user, CancellationToken stop) => (await Work.QueryAsync(
        $"select 1 from users where id = $1{database.ForUpdate()}", [user], row => row.GetInt32(0), stop)).Count == 1;

    /// <summary>Notes that the account is sent a mail of the kind. False when it was sent one less than the pause ago.
    /// </summary>
    public async Task<bool> TryNoteMailAsync(
        Guid user, string kind, DateTimeOffset now, TimeSpan pause, CancellationToken stop) =>
        await Work.ExecuteAsync(
            // One of the future was noted before the clock was set back. Who is erased meanwhile gets none.
            """
            insert into sent_mails (user_id, kind, sent_at) select id, $2, $3 from users where id = $1
            on conflict (user_id, kind) do update set sent_at = excluded.sent_at
            where sent_mails.sent_at <= $4 or sent_mails.sent_at > $3
            """,
            [user, kind, now, now - pause], stop) == 1;

    /// <summary>Removes all that is known of the user; the records of who acted for whom hold no personal
    /// data and stay.</summary>
    public async Task<bool> TryEraseAsync(Guid user, DateTimeOffset now, CancellationToken stop)
    {
        Work.Enqueue("delete from guests where user_id = $1", user);
        Work.Enqueue("delete from addresses where user_id = $1", user);
        Work.Enqueue("delete from customer_references where user_id = $1", user);
        Work.Enqueue("delete from sessions where user_id = $1", user);
        Work.Enqueue("delete from links where user_id = $1", user);
        Work.Enqueue("delete from sent_mails where user_id = $1", user);
        Work.Enqueue("delete from passkeys where user_id = $1", user);
        Work.Enqueue("delete from second_factors where user_id = $1", user);
        Work.Enqueue("delete from recovery_codes where user_id = $1", user);
        // Words about the person; that somebody acted stays.
        Work.Enqueue("update acting_tokens set note = null where user_id = $1 and note is not null", user);
        Work.Enqueue("delete from mails where recipient = (select email from users where id = $1)", user);
        Work.Enqueue(
            "insert into erased_users (user_id, erased_at) values ($1, $2) on conflict do nothing", user, now);
        return await Work.ExecuteAsync("delete from users where id = $1", [user], stop) == 1;
    }

    public async Task<bool> TryTakeErasureToRepeatAsync(Guid user, CancellationToken stop) =>
        await Work.ExecuteAsync("delete from erasures_to_repeat where user_id = $1", [user], stop) == 1;

    /// <summary>The references that are known. No other import adds any before this transaction has ended.</summary>
    public async Task<Dictionary<string, Guid>> FindReferencesAsync(
        IReadOnlyCollection<string> references, CancellationToken stop)
    {
        // On SQLite the transactions that write exclude each other anyway.
        if (database.Engine == "postgres")
            await Work.ExecuteAsync("lock table customer_references in share row exclusive mode", [], stop);
        var found = await Work.QueryAsync(
            $"select reference, user_id from customer_references where {database.In("reference", 1)}",
            [database.List(references)], row => (Reference: row.GetString(0), User: row.GetGuid(1)), stop);
        return found.ToDictionary(row => row.Reference, row => row.User, StringComparer.Ordinal);
    }

    public void AddImported(ImportedCustomer customer, Guid user, DateTimeOffset now)
    {
        Work.Enqueue("insert into users (id, is_operator, registered_at) values ($1, $2, $3)", user, false, now);
        Work.EnqueueOne(
            "insert into customer_references (reference, user_id, country) values ($1, $2, $3)",
            customer.Reference, user, customer.Country);
    }

    public void RecordActingToken(Guid id, Guid @operator, Guid user, DateTimeOffset now, string? note) =>
        Work.Enqueue(
            "insert into acting_tokens (id, issued_at, operator_id, user_id, note) values ($1, $2, $3, $4, $5)",
            id, now, @operator, user, note);

    private static Account Read(StoreReader row) => new(
        row.GetGuid(0), row.GetStringOrNull(1), row.GetStringOrNull(2),
        row.GetStringOrNull(3), row.GetBoolean(4), row.GetTime(5))
    {
        Language = row.GetStringOrNull(6),
        GuestEmail = row.GetStringOrNull(7),
    };
}
