using System.Net;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Web.Session;

namespace Tessera.Web.Pages.Profile;

internal static class ChangeName
{
    public const string Path = "/profile/name";
    private const int LengthMax = 100;

    public static async Task<IResult> Handle(
        Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        var name = form["name"].ToString().Trim();
        if (name.Length > LengthMax) return await RefuseAsync(StatusCodes.Status400BadRequest);
        var changed = await store.SendAsync<UserView>(
            HttpMethod.Put, "/users/me", await visit.TokenAsync(), stop,
            new ChangeProfileRequest(name.Length == 0 ? null : name, visit.Words.Language));
        if (changed.IsGood) return SeeOther.To("/profile?done=name");
        if (changed.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/profile", visit.Context);
        return await RefuseAsync(
            changed.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest);

        Task<IResult> RefuseAsync(int status) => ShowProfile.AgainAsync(name, status, visit, store, stop);
    }
}
