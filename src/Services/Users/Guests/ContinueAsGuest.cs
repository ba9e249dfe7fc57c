using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.Guests;

/// <summary>/account/guest: an order without an account. Whoever fills it in is signed in as somebody new, under a
/// session as any other; nothing but that session leads back.</summary>
internal static class ContinueAsGuest
{
    public const string Email = "email";
    public const string Name = "name";

    /// <summary>The parameter of an authorization request by which the storefront says that a guest will do.</summary>
    private const string Offer = "guest";

    /// <summary>Only at the checkout: anywhere else a visitor without an account needs none.</summary>
    public static bool IsOffered(string? returnUrl) =>
        returnUrl is not null && FormTargets.ClientOf(returnUrl) == OwnClients.Storefront
        && QueryHelpers.ParseQuery(returnUrl[returnUrl.IndexOf('?', StringComparison.Ordinal)..]).ContainsKey(Offer);

    public static IResult Show(HttpContext context) => IsOffered(ReturnUrl.Of(context))
        ? Page(StatusCodes.Status200OK, context, new PageForm())
        : NotOffered(context);

    public static async Task<IResult> Handle(
        HttpContext context, StartSession sessions, TimeProvider clock, CancellationToken stop)
    {
        if (!IsOffered(ReturnUrl.Of(context))) return NotOffered(context);
        var form = await PageForm.ReadAsync(context, stop);
        var name = form.Trimmed(Name);
        var details = new Details(form.Trimmed(Email), name.Length == 0 ? null : name);
        form.Check(
            details,
            (nameof(details.Email), Email, new("email.fault")),
            (nameof(details.Name), Name, new("name.fault")));
        if (!form.IsGood) return Page(StatusCodes.Status422UnprocessableEntity, context, form);
        // Whole milliseconds, as every database keeps them.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var guest = new Account(Guid.CreateVersion7(now), null, null, details.Name, IsOperator: false, now)
        {
            GuestEmail = EmailAddress.Normalize(details.Email),
            Language = Register.LanguageOf(context.Request),
        };
        await sessions.OfGuestAsync(guest, context, stop);
        return SeeOther.To(ReturnUrl.Of(context)!);
    }

    /// <summary>A guest has no ways to sign in, and so none to change.</summary>
    public static async ValueTask<object?> RefuseGuestsAsync(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.User.FindFirst(AccountCookie.Method)?.Value == SignInMethod.Guest
            ? SeeOther.To(AccountPages.Overview)
            : await next(invocation);

    private static SeeOther NotOffered(HttpContext context) =>
        new(ReturnUrl.AddTo(AccountPages.SignIn, ReturnUrl.Of(context)));

    private static RazorComponentResult<GuestPage> Page(int status, HttpContext context, PageForm form) =>
        PageRules.Page<GuestPage>(
            status, (nameof(GuestPage.Form), form), (nameof(GuestPage.Back), ReturnUrl.Of(context)));

    /// <summary>What a registration asks for, without the password.</summary>
    private sealed record Details(
        [property: Required, StringLength(254), RegularExpression(EmailText.Pattern)] string Email,
        [property: StringLength(100)] string? Name);
}
