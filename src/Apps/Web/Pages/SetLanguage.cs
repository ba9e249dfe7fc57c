using Microsoft.AspNetCore.Mvc;
using Tessera.Web.Texts;

namespace Tessera.Web.Pages;

internal static class SetLanguage
{
    private static readonly TimeSpan kept = TimeSpan.FromDays(365);

    public static IResult Handle(HttpContext context, [FromForm] string? language, [FromForm] string? back)
    {
        if (Words.Find(language) is { } words)
        {
            context.Response.Cookies.Append(Visit.LanguageCookie, words.Language, new CookieOptions
            {
                MaxAge = kept, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true,
                Secure = context.Request.IsHttps,
            });
        }
        return SeeOther.To(LocalPath.Of(back));
    }
}
