using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>The address at which this very process is asked about itself: never the gateway's public one, and never the
/// one that the gateway forwards strangers' requests to.</summary>
public static class OwnAddress
{
    private static readonly Marked mark = new();

    /// <summary>Whether the request came to it. No header says so: the connection does.</summary>
    public static bool IsAsked(HttpContext context) => context.Features.Get<Marked>() is not null;

    internal static void Mark(IConnectionBuilder listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(mark);
        return next(connection);
    });

    private sealed class Marked;
}
