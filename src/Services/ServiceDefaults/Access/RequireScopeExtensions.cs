using Microsoft.AspNetCore.Builder;

namespace Tessera.ServiceDefaults;

/// <summary>The scope of an endpoint stands beside it, as its policy does.</summary>
public static class RequireScopeExtensions
{
    /// <summary>Only tokens with this scope. On a group it holds for those of its endpoints that name no other.
    /// </summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Scopes.All.Contains(scope)) throw new ArgumentException($"'{scope}' is no scope.", nameof(scope));
        endpoint.Add(builder => builder.Metadata.Add(new NeededScope(scope)));
        return endpoint;
    }
}

internal sealed record NeededScope(string Scope);
