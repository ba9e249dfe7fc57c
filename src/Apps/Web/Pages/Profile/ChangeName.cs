using Tessera.PageDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Web.Pages.Profile;

internal static class ChangeName
{
    private const int LengthMax = 100;

    public static async Task<IResult> Handle(Visit visit, StoreClient store, CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        var name = form["name"].ToString().Trim();
        if (name.Length > LengthMax) return SeeOther.To("/profile?fault=name");
        var changed = await store.SendAsync<UserView>(
            HttpMethod.Put, "/users/me", await visit.TokenAsync(), stop,
            new ChangeProfileRequest(name.Length == 0 ? null : name, visit.Words.Language));
        return SeeOther.To(
            changed.IsGood ? "/profile?done=name" : changed.IsAway ? "/profile?fault=away" : "/profile?fault=name");
    }
}
