using System.Text.Encodings.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tessera.ServiceDefaults;

/// <summary>Names of the authorization policies.</summary>
public static class Policies
{
    /// <summary>Runs the shop: products, prices, stock, shipping, parked messages. A person with that role, or a
    /// machine: for what, its scopes say (<see cref="RequireScopeExtensions.RequireScope"/>).</summary>
    public const string Operator = "operator";

    /// <summary>Buys.</summary>
    public const string Customer = "customer";

    /// <summary>Anyone with a valid token; the handler checks whose thing it is.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>Someone with an account, and no machine.</summary>
    public const string Person = "person";

    /// <summary>A program that no person stands behind: for what, its scopes say.</summary>
    public const string Machine = "machine-alone";

    /// <summary>The role in the token of a client that no person stands behind.</summary>
    public const string MachineRole = "machine";

    internal static bool TakesTokens(string? policy) => policy is Operator or Customer or SignedIn or Person or Machine;

    internal static IServiceCollection AddTokenAuthentication(this IServiceCollection services)
    {
        services.TryAddSingleton<IKeySource, UsersKeySource>();
        services.AddSingleton<KeySet>();
        services.AddSingleton<TokenValidator>();
        services.AddHostedService<RefreshKeys>();
        services.AddSingleton<ErasedSubjects>();
        services.AddSingleton<EndedSignIns>();
        services.AddSingleton<EndedTokens>();
        services.TryAddSingleton<IEndedSource, UsersEndedSource>();
        services.AddHostedService<RefreshEnded>();
        // The core alone: AddAuthentication would set up data protection, which makes keys at
        // every first start for nothing.
        services.TryAddSingleton(UrlEncoder.Default);
        services.AddAuthenticationCore(authentication =>
        {
            authentication.DefaultScheme = AuthenticateByToken.SchemeName;
            authentication.AddScheme<AuthenticateByToken>(AuthenticateByToken.SchemeName, null);
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(Operator, policy => policy.RequireAuthenticatedUser().RequireRole("operator", MachineRole))
            .AddPolicy(Customer, policy => policy.RequireAuthenticatedUser().RequireRole("customer"))
            .AddPolicy(SignedIn, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Machine, policy => policy.RequireAuthenticatedUser().RequireRole(MachineRole))
            .AddPolicy(Person, policy => policy.RequireAuthenticatedUser()
                .RequireAssertion(access => !access.User.IsInRole(MachineRole)));
        return services;
    }
}
