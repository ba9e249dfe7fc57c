using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>Ends what the token server issued. In the scope's unit of work, which has begun, so that what ends a
/// sign-in ends its tokens in the same commit; every process refuses an access token that is out already once it has
/// heard of it, within a second.</summary>
internal sealed class EndTokens(RefreshChain chains)
{
    /// <summary>All that was issued on this sign-in.</summary>
    public Task OfSessionAsync(Guid session, CancellationToken stop)
    {
        var id = session.ToString("D");
        return chains.EndAsync(row => EF.Property<string?>(row, UsersDb.SessionId) == id, stop);
    }

    /// <summary>All that was issued for the user, but for what hangs on <paramref name="exceptSession"/>.</summary>
    public Task OfUserAsync(Guid user, Guid? exceptSession, CancellationToken stop)
    {
        var subject = user.ToString("D");
        if (exceptSession is not { } kept) return chains.EndAllAsync(subject, stop);
        var session = kept.ToString("D");
        return chains.EndAsync(row => row.Subject == subject
            && (EF.Property<string?>(row, UsersDb.SessionId) == null
                || EF.Property<string?>(row, UsersDb.SessionId) != session), stop);
    }

    /// <summary>All that the user has allowed this client, with what was issued by it. The store's own are allowed by
    /// nobody.</summary>
    public Task OfConsentAsync(Guid user, string client, CancellationToken stop)
    {
        var subject = user.ToString("D");
        return chains.EndAsync(row => row.Subject == subject && row.Application!.ClientId == client
            && row.Application.ConsentType == ConsentTypes.Explicit, stop);
    }

    /// <summary>All that was issued to the client, whose row has this id.</summary>
    public Task OfClientAsync(string client, CancellationToken stop) => chains.EndOfClientAsync(client, stop);
}
