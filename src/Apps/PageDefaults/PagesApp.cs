namespace Tessera.PageDefaults;

/// <summary>An app of pages behind the gateway: the storefront, the operators' console.</summary>
/// <param name="Title">Such as <c>Web</c>; in lower case it names cookies and folders.</param>
/// <param name="Client">What it is called as a client of Users.</param>
public sealed record PagesApp(string Title, string Client)
{
    /// <summary>The claim that says what somebody is: <c>operator</c> or <c>customer</c>.</summary>
    public const string RoleClaim = "role";

    public string Name { get; } = Title.ToLowerInvariant();

    /// <summary>Where its pages stand in the store's address; empty for all that is left over.</summary>
    public string Root { get; init; } = "";

    /// <summary>Its first page.</summary>
    public string Home => Root.Length == 0 ? "/" : Root;

    /// <summary>Where the gateway is for this process; the store's public address unless set.</summary>
    public string? Gateway { get; init; }

    /// <summary>The page for which Users may offer to go on without an account; none unless set.</summary>
    public string? GuestPage { get; init; }

    /// <summary>Whether its pages show what was typed before a sign-in: see <see cref="TypedForms"/>.</summary>
    public bool ShowsTyped { get; init; }

    /// <summary>Told of who is signed in and may not see the page.</summary>
    public Action<HttpContext>? OnDenied { get; init; }

    /// <summary>What else of the visitor is forgotten with the session.</summary>
    public Action<HttpContext>? OnSignOut { get; init; }

    /// <summary>Where the browser comes back to from the sign-in.</summary>
    internal string SignedInPath => $"{Root}/signed-in";

    /// <summary>Two apps at one address have cookies of their own.</summary>
    internal string CookieName(string name) => Root.Length == 0 ? $"tessera-{name}" : $"tessera-{Name}-{name}";
}
