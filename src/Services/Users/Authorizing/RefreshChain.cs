using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OpenIddict.EntityFrameworkCore.Models;
using Tessera.Messaging;
using Tessera.Messaging.EntityFramework;
using Tessera.Messaging.Store;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>
/// The refresh tokens of one sign-in: each is redeemed once and has one successor. The chain hangs on its
/// authorization: whoever redeems or ends it writes that row first, so the two cannot miss one another.
/// </summary>
internal sealed class RefreshChain(
    UnitOfWork work, UsersDb tokenServer, IDatabase database, IServiceScopeFactory scopes,
    IOptions<UsersOptions> options, TimeProvider clock)
{
    private string? _redeemed;

    /// <summary>The successor that exists already: the answer names it again instead of making another.</summary>
    public string? Successor { get; private set; }

    /// <summary>Redeems the token in the scope's unit of work, or finds what took its place a moment ago. False when
    /// its chain has ended.</summary>
    public async Task<bool> TryRedeemAsync(string token, string authorization, CancellationToken stop)
    {
        if (!await TryHoldAsync(authorization, stop)) return false;
        if (!await IsFirstToRedeemAsync(token, stop)) return await TryJoinAsync(token, stop);
        _redeemed = token;
        return true;
    }

    /// <summary>Redeems an authorization or device code in the scope's unit of work. False when it was redeemed before,
    /// or its sign-in has ended: there is no second answer to a code.</summary>
    public async Task<bool> TryRedeemCodeAsync(string code, string authorization, CancellationToken stop) =>
        await TryHoldAsync(authorization, stop) && await IsFirstToRedeemAsync(code, stop);

    /// <summary>False when the sign-in has ended, or is over: it began longer ago than any may last, however often it
    /// was refreshed.</summary>
    private async Task<bool> TryHoldAsync(string authorization, CancellationToken stop)
    {
        await tokenServer.JoinAsync(work, stop);
        var oldest = (clock.GetUtcNow() - options.Value.SignInLifetime).UtcDateTime;
        return await tokenServer.Authorizations
            .Where(row => row.Id == authorization && row.Status == Statuses.Valid && row.CreationDate > oldest)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ConcurrencyToken, NewVersion()), stop) == 1;
    }

    private async Task<bool> IsFirstToRedeemAsync(string token, CancellationToken stop)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return await tokenServer.Tokens
            .Where(row => row.Id == token && row.Status == Statuses.Valid)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, Statuses.Redeemed)
                    .SetProperty(row => row.RedemptionDate, now)
                    .SetProperty(row => row.ConcurrencyToken, NewVersion()),
                stop) == 1;
    }

    /// <summary>Stores what takes the place of the token that was redeemed, in the same transaction.</summary>
    public async Task RecordSuccessorAsync(string successor, CancellationToken stop)
    {
        if (_redeemed is null) return;
        await tokenServer.Tokens.Where(row => row.Id == _redeemed).ExecuteUpdateAsync(
            set => set.SetProperty(row => EF.Property<string?>(row, UsersDb.SuccessorId), successor), stop);
    }

    /// <summary>Ends the chain when the token was redeemed longer ago than the leeway: it was stolen, or its holder
    /// cannot tell, and who holds which token is unknown.</summary>
    public async Task EndIfReusedAsync(string token, string? authorization, bool hasLeeway, CancellationToken stop)
    {
        var entry = await FindAsync(token, stop);
        if (authorization is null || entry is not { IsRedeemed: true } || hasLeeway && IsWithinLeeway(entry)) return;
        await EndAsync(authorization, stop);
    }

    /// <summary>Ends the chain in a unit of work of its own.</summary>
    public async Task EndAsync(string authorization, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await own.BeginAsync(stop);
        var server = scope.ServiceProvider.GetRequiredService<UsersDb>();
        await server.JoinAsync(own, stop);
        await RevokeAsync(
            own, server, row => row.Id == authorization, row => row.Authorization!.Id == authorization, stop);
        await own.CommitAsync(stop);
    }

    /// <summary>Ends a machine's token, which hangs on no sign-in, in a unit of work of its own.</summary>
    public async Task EndTokenAsync(string token, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var own = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await own.BeginAsync(stop);
        var server = scope.ServiceProvider.GetRequiredService<UsersDb>();
        await server.JoinAsync(own, stop);
        var revoked = await server.Tokens.Where(row => row.Id == token && row.Status == Statuses.Valid)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, Statuses.Revoked)
                    .SetProperty(row => row.ConcurrencyToken, NewVersion()),
                stop);
        if (revoked == 1) Tell(own, token);
        await own.CommitAsync(stop);
    }

    /// <summary>Ends all chains of the user in the scope's unit of work.</summary>
    public async Task EndAllAsync(string subject, CancellationToken stop)
    {
        await tokenServer.JoinAsync(work, stop);
        await RevokeAsync(work, tokenServer, row => row.Subject == subject, row => row.Subject == subject, stop);
    }

    /// <summary>Ends the chains of these authorizations, with all that was issued in them, in the scope's unit of work.
    /// </summary>
    public async Task EndAsync(
        Expression<Func<OpenIddictEntityFrameworkCoreAuthorization, bool>> which, CancellationToken stop)
    {
        await tokenServer.JoinAsync(work, stop);
        var ids = await tokenServer.Authorizations.Where(which).Select(row => row.Id).ToListAsync(stop);
        await RevokeAsync(
            work, tokenServer, row => ids.Contains(row.Id), row => ids.Contains(row.Authorization!.Id), stop);
    }

    /// <summary>Ends what was issued to the client, to persons and to itself, in the scope's unit of work.</summary>
    public async Task EndOfClientAsync(string client, CancellationToken stop)
    {
        await tokenServer.JoinAsync(work, stop);
        // The sign-ins first: a refresh under way holds its own, and waits for the client's row then.
        await RevokeOfClientAsync(client, stop);
        // Whoever issues something to it meanwhile waits for its row, so that nothing is issued that is not told.
        await work.QueryAsync(
            $"""select 1 from "OpenIddictApplications" where "Id" = $1{database.ForUpdate()}""",
            [client], row => row.GetInt32(0), stop);
        await RevokeOfClientAsync(client, stop);
        var now = clock.GetUtcNow().UtcDateTime;
        var machines = await tokenServer.Tokens
            .Where(row => row.Application!.Id == client && row.Authorization == null && row.ExpirationDate > now)
            .Select(row => row.Id).ToListAsync(stop);
        foreach (var id in machines) Tell(work, id!);
    }

    private Task RevokeOfClientAsync(string client, CancellationToken stop) => RevokeAsync(
        work, tokenServer, row => row.Application!.Id == client, row => row.Application!.Id == client, stop);

    // A refresh under way holds its authorization's row until it has committed, so that the second statement sees its
    // new token; one that comes later finds the authorization revoked.
    private async Task RevokeAsync(
        UnitOfWork unit, UsersDb server,
        Expression<Func<OpenIddictEntityFrameworkCoreAuthorization, bool>> which,
        Expression<Func<OpenIddictEntityFrameworkCoreToken, bool>> tokens,
        CancellationToken stop)
    {
        // By its version each that ends here is known from those that had ended, or are made meanwhile.
        var version = NewVersion();
        await server.Authorizations.Where(which).Where(row => row.Status == Statuses.Valid).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, Statuses.Revoked)
                .SetProperty(row => row.ConcurrencyToken, version),
            stop);
        await server.Tokens.Where(tokens).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, Statuses.Revoked)
                .SetProperty(row => row.ConcurrencyToken, NewVersion()),
            stop);
        var ended = await server.Authorizations.Where(which).Where(row => row.ConcurrencyToken == version)
            .Select(row => row.Id).ToListAsync(stop);
        foreach (var id in ended) Tell(unit, id!);
    }

    /// <summary>Access tokens that are out already are refused from when the processes have heard of it.</summary>
    private void Tell(UnitOfWork unit, string id) => unit.Enqueue(
        "insert into ended_sign_ins (id, ended_at) values ($1, $2) on conflict do nothing", id, clock.GetUtcNow());

    /// <summary>Another request redeemed the token. Its answer may have been used already: what lives is at the
    /// end.</summary>
    private async Task<bool> TryJoinAsync(string token, CancellationToken stop)
    {
        var entry = await FindAsync(token, stop);
        while (entry is { IsRedeemed: true, Successor: { } successor } && IsWithinLeeway(entry))
        {
            Successor = successor;
            entry = await FindAsync(successor, stop);
        }
        return entry is { Status: Statuses.Valid };
    }

    private Task<Entry?> FindAsync(string token, CancellationToken stop) => tokenServer.Tokens.AsNoTracking()
        .Where(row => row.Id == token)
        .Select(row => new Entry(row.Status, row.RedemptionDate, EF.Property<string?>(row, UsersDb.SuccessorId)))
        .SingleOrDefaultAsync(stop);

    private bool IsWithinLeeway(Entry entry) =>
        entry.RedemptionDate is { } at && clock.GetUtcNow().UtcDateTime < at + options.Value.RefreshTokenLeeway;

    private static string NewVersion() => Guid.NewGuid().ToString("D");

    private sealed record Entry(string? Status, DateTime? RedemptionDate, string? Successor)
    {
        public bool IsRedeemed => Status == Statuses.Redeemed;
    }
}
