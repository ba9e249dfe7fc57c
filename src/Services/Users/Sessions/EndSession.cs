namespace Tessera.Users.Sessions;

/// <summary>Ends sessions with all tokens that hang on them, in one commit.</summary>
internal sealed class EndSession(AccountStore accounts, SessionStore sessions, EndTokens tokens)
{
    /// <summary>False when the user has no such session.</summary>
    public async Task<bool> OneAsync(Guid user, Guid session, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await sessions.TryEndAsync(user, session, stop)) return false;
        await tokens.OfSessionAsync(session, stop);
        await accounts.Work.CommitAsync(stop);
        return true;
    }

    /// <summary>Ends all but the one that asks.</summary>
    public async Task OthersAsync(Guid user, Guid? kept, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        sessions.EndOthers(user, kept);
        await tokens.OfUserAsync(user, kept, stop);
        await accounts.Work.CommitAsync(stop);
    }
}
