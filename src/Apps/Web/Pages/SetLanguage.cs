using Tessera.PageDefaults;
using Tessera.Web.Texts;

namespace Tessera.Web.Pages;

internal static class SetLanguage
{
    private static readonly TimeSpan kept = TimeSpan.FromDays(365);

    public static async Task<IResult> Handle(HttpContext context, CancellationToken stop)
    {
        var form = await context.Request.ReadFormAsync(stop);
        if (Words.Find(form["language"]) is { } words)
        {
            context.Response.Cookies.Append(Visit.LanguageCookie, words.Language, new CookieOptions
            {
                MaxAge = kept, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true,
                Secure = context.Request.IsHttps,
            });
        }
        return SeeOther.To(LocalPath.Of(form["back"]));
    }
}
