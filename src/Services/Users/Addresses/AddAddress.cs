using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The same address again is the same address: a client may retry.</summary>
internal static class AddAddress
{
    public static async Task<Results<Created<AddressView>, Ok<AddressView>, ProblemHttpResult>> Handle(
        AddressRequest request,
        Caller caller,
        AccountStore accounts,
        AddressBook book,
        IOptions<UsersOptions> options,
        TimeProvider clock,
        CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(caller.Id, stop)) return ReadProfile.Gone();
        var known = await book.ReadAsync(caller.Id, stop);
        var address = ToView(Guid.CreateVersion7(clock.GetUtcNow()), request) with
        {
            IsDefault = request.IsDefault || known.Count == 0,
        };
        var same = known.Find(other => other with { Id = address.Id, IsDefault = address.IsDefault } == address);
        if (same is not null && (same.IsDefault || !request.IsDefault)) return TypedResults.Ok(same);
        if (same is null && known.Count >= options.Value.AddressesMax)
        {
            return TypedResults.Problem(
                $"An account has at most {options.Value.AddressesMax} addresses.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        if (same is null) book.Add(caller.Id, address);
        else book.Change(caller.Id, address = same with { IsDefault = true });
        accounts.Work.Publish(new UserChanged(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return same is null
            ? TypedResults.Created($"/users/me/addresses/{address.Id:D}", address)
            : TypedResults.Ok(address);
    }

    public static AddressView ToView(Guid id, AddressRequest request) => new(
        id, request.Line1, request.Line2, request.City, request.PostalCode, request.Country, request.Name,
        request.IsDefault);
}
