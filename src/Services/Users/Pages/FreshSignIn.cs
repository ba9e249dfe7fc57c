using System.Globalization;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Pages;

/// <summary>Whoever changes how an account is signed in to has proved a moment ago who it is: a browser that was left
/// open is not enough.</summary>
internal static class FreshSignIn
{
    private static readonly TimeSpan ageMax = TimeSpan.FromMinutes(15);

    public static bool Is(HttpContext context, TimeProvider clock) =>
        long.TryParse(
            context.User.FindFirst(AccountCookie.SignedInAt)?.Value, CultureInfo.InvariantCulture, out var at)
        && clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(at) < ageMax;

    /// <summary>Signs in again, and comes back.</summary>
    public static IResult Ask(string page) => SeeOther.To(ReturnUrl.AddTo(AccountPages.SignIn, page));
}
