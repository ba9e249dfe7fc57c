using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The addresses of one account within a transaction that has taken the account's row, so that who looks and
/// then changes does so alone.</summary>
internal sealed class AddressBook(UnitOfWork work)
{
    public const string Select =
        "select id, line1, line2, city, postal_code, country, name, is_default from addresses where user_id = $1 "
        + "order by id";

    /// <summary>As this transaction sees them.</summary>
    public Task<List<AddressView>> ReadAsync(Guid user, CancellationToken stop) =>
        work.QueryAsync(Select, [user], Read, stop);

    public void Add(Guid user, AddressView address)
    {
        if (address.IsDefault) ClearDefault(user);
        work.Enqueue(
            """
            insert into addresses (id, user_id, line1, line2, city, postal_code, country, name, is_default)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            address.Id, user, address.Line1, address.Line2, address.City, address.PostalCode, address.Country,
            address.Name, address.IsDefault);
    }

    public void Change(Guid user, AddressView address)
    {
        if (address.IsDefault) ClearDefault(user);
        work.EnqueueOne(
            """
            update addresses set line1 = $3, line2 = $4, city = $5, postal_code = $6, country = $7, name = $8,
                is_default = $9
            where id = $1 and user_id = $2
            """,
            address.Id, user, address.Line1, address.Line2, address.City, address.PostalCode, address.Country,
            address.Name, address.IsDefault);
    }

    public void Remove(Guid user, Guid address) =>
        work.EnqueueOne("delete from addresses where id = $1 and user_id = $2", address, user);

    public static AddressView Read(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetStringOrNull(2), row.GetString(3), row.GetString(4), row.GetString(5),
        row.GetStringOrNull(6), row.GetBoolean(7));

    private void ClearDefault(Guid user) =>
        work.Enqueue("update addresses set is_default = false where user_id = $1 and is_default", user);
}
