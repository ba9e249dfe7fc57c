using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Sessions;

/// <summary>Who is signed in at the pages. Writes happen in the scoped unit of work.</summary>
internal sealed class SessionStore(
    IDatabase database, UnitOfWork work, IOptions<UsersOptions> options, IOptions<TesseraOptions> tessera,
    TimeProvider clock)
{
    private const int BrowserLengthMax = 200;

    // The pages' sign-in is over before the tokens that a client refreshes: as long as there are any, the owner sees
    // them and can end them.
    private const string IsRefreshed = """
        exists (select 1 from "OpenIddictAuthorizations"
            where "SessionId" = cast(sessions.id as text) and "Status" = 'valid')
        """;

    /// <summary>Begins a session with a new id.</summary>
    public Guid Begin(Guid user, HttpContext context)
    {
        var now = clock.GetUtcNow();
        var session = Guid.NewGuid(); // Not by time: nobody may guess it.
        var browser = CutText.To(BrowserLengthMax, context.Request.Headers.UserAgent.ToString());
        work.Enqueue(
            "insert into sessions (id, user_id, begun_at, ends_at, browser, network) values ($1, $2, $3, $4, $5, $6)",
            session, user, now, now + options.Value.SessionLifetime, browser,
            SignInKey.NetworkOf(context, tessera.Value));
        return session;
    }

    public async Task<bool> IsAliveAsync(Guid user, Guid session, CancellationToken stop) =>
        (await database.QueryAsync(
            "select 1 from sessions where id = $1 and user_id = $2 and ends_at > $3",
            [session, user, clock.GetUtcNow()], row => row.GetInt32(0), stop)).Count == 1;

    /// <summary>Takes the session's row until the commit: who ends it meanwhile finds what hangs on it then. False when
    /// it has ended.</summary>
    public async Task<bool> TryHoldAsync(Guid user, Guid session, CancellationToken stop) => (await work.QueryAsync(
        $"select 1 from sessions where id = $1 and user_id = $2{database.ForUpdate()}",
        [session, user], row => row.GetInt32(0), stop)).Count == 1;

    public Task<List<Session>> ListAsync(Guid user, CancellationToken stop) => database.QueryAsync(
        $"""
        select id, begun_at, ends_at, browser, network from sessions
        where user_id = $1 and (ends_at > $2 or {IsRefreshed}) order by begun_at desc, id
        """,
        [user, clock.GetUtcNow()],
        row => new Session(row.GetGuid(0), row.GetTime(1), row.GetTime(2), row.GetString(3), row.GetString(4)), stop);

    public async Task<bool> TryEndAsync(Guid user, Guid session, CancellationToken stop) =>
        await work.ExecuteAsync("delete from sessions where id = $1 and user_id = $2", [session, user], stop) == 1;

    public void EndOthers(Guid user, Guid? except) => work.Enqueue(
        "delete from sessions where user_id = $1 and id <> $2", user, except ?? Guid.Empty);

    /// <summary>Removes what has ended by itself and has no tokens any more.</summary>
    public void Prune() => work.Enqueue(
        $"delete from sessions where ends_at < $1 and not {IsRefreshed}", clock.GetUtcNow());
}

/// <param name="Browser">What it said of itself.</param>
internal sealed record Session(
    Guid Id, DateTimeOffset BegunAt, DateTimeOffset EndsAt, string Browser, string Network);
