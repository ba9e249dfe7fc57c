using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>Puts another address in the place of one. Orders keep the copy that they were placed with.</summary>
internal static class ChangeAddress
{
    public static async Task<Results<Ok<AddressView>, ProblemHttpResult>> Handle(
        Guid address, AddressRequest request, Caller caller, AccountStore accounts, AddressBook book,
        CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(caller.Id, stop)) return ReadProfile.Gone();
        var known = (await book.ReadAsync(caller.Id, stop)).Find(other => other.Id == address);
        if (known is null) return RemoveAddress.Unknown();
        // The usual one stays it until another one is made it.
        var changed = AddAddress.ToView(address, request) with { IsDefault = request.IsDefault || known.IsDefault };
        if (changed == known) return TypedResults.Ok(known);
        book.Change(caller.Id, changed);
        accounts.Work.Publish(new UserChanged(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.Ok(changed);
    }
}
