using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>A language that the store's pages are written in. Whichever process writes the page, a reader has one
/// language: what was chosen in a footer, or else the first of what the browser asks for.</summary>
/// <param name="Name">In the language itself.</param>
/// <param name="Culture">How its readers write money and dates.</param>
public sealed record ReaderLanguage(string Tag, string Name, string Culture)
{
    public const string Cookie = "tessera-language";

    private static readonly TimeSpan kept = TimeSpan.FromDays(365);

    public static IReadOnlyList<ReaderLanguage> All { get; } =
    [
        new("en", "English", "en-GB"), new("de", "Deutsch", "de-DE"), new("fr", "Français", "fr-FR"),
        new("ja", "日本語", "ja-JP"),
    ];

    public static ReaderLanguage Default => All[0];

    public static ReaderLanguage? Find(string? tag) =>
        All.FirstOrDefault(language => language.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase));

    public static ReaderLanguage Of(HttpRequest request)
    {
        if (Find(request.Cookies[Cookie]) is { } chosen) return chosen;
        foreach (var wanted in request.GetTypedHeaders().AcceptLanguage.OrderByDescending(each => each.Quality ?? 1))
        {
            if (Find(wanted.Value.Value?.Split('-')[0]) is { } found) return found;
        }
        return Default;
    }

    /// <summary>Has the browser keep it, for every page of the store.</summary>
    public void KeepIn(HttpContext context) => context.Response.Cookies.Append(Cookie, Tag, new CookieOptions
    {
        MaxAge = kept, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true,
        Secure = context.Request.IsHttps,
    });
}
