using Tessera.Messaging.Store;
using Tessera.Testing.Services;

namespace Tessera.Baskets.Tests;

/// <summary>The same on both databases.</summary>
public sealed class BasketTests
{
    private static readonly Holder guest = Holder.Guest(Guid.Parse("01939d3e-3333-7000-8000-000000000003"));
    private static readonly Guid ada = Guid.Parse("01939d3e-2222-7000-8000-000000000002");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_says_what_was_put_last(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(guest, "LAMP", 1, 100);
        await baskets.PutAsync(guest, "LAMP", 3, 120);
        var line = Assert.Single((await baskets.ReadAsync(guest)).Lines);
        Assert.Equal(("LAMP", 3, 120), (line.Sku, line.Quantity, line.SeenPriceMinor));
    }

    /// <summary>The id of a person is known to others, that of a guest's basket must not lead to it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_guest_s_basket_of_a_person_s_id_is_not_the_person_s(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(Holder.User(ada), "LAMP");
        Assert.Empty(await baskets.LinesAsync(Holder.Guest(ada)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Merging_keeps_the_greater_quantity_and_again_changes_nothing(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(Holder.User(ada), "LAMP", 2);
        await baskets.PutAsync(Holder.User(ada), "MUG", 5);
        await baskets.PutAsync(guest, "LAMP", 4);
        await baskets.PutAsync(guest, "MUG", 1);
        await baskets.PutAsync(guest, "VASE", 1);
        for (var time = 0; time < 2; time++)
        {
            await baskets.MergeAsync(guest, Holder.User(ada));
            Assert.Equal([("LAMP", 4), ("MUG", 5), ("VASE", 1)], (await baskets.LinesAsync(Holder.User(ada))).Order());
        }
        Assert.Empty(await baskets.LinesAsync(guest));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_basket_outgrows_an_order_by_putting_or_by_merging(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        for (var number = 0; number < BasketStore.LinesMax - 1; number++)
            Assert.Equal(PutOutcome.Kept, await baskets.PutAsync(Holder.User(ada), $"OWN-{number}"));
        await baskets.PutAsync(guest, "FIRST");
        baskets.Clock.Advance(TimeSpan.FromSeconds(1));
        await baskets.PutAsync(guest, "SECOND");
        await baskets.MergeAsync(guest, Holder.User(ada));
        var skus = (await baskets.LinesAsync(Holder.User(ada))).Select(line => line.Sku).ToArray();
        Assert.Equal(BasketStore.LinesMax, skus.Length);
        Assert.Contains("FIRST", skus);
        Assert.DoesNotContain("SECOND", skus);
        Assert.Equal(PutOutcome.Full, await baskets.PutAsync(Holder.User(ada), "ONE-MORE"));
        // What is in it may still change.
        Assert.Equal(PutOutcome.Kept, await baskets.PutAsync(Holder.User(ada), "FIRST", 7));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Emptying_takes_the_edition_that_was_ordered_and_no_later_one(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(Holder.User(ada), "LAMP");
        var ordered = (await baskets.ReadAsync(Holder.User(ada))).Edition!.Value;
        await baskets.EmptyAsync(Holder.User(ada), ordered);
        Assert.Empty(await baskets.LinesAsync(Holder.User(ada)));
        await baskets.PutAsync(Holder.User(ada), "MUG");
        await baskets.EmptyAsync(Holder.User(ada), ordered); // The answer of the first time was lost.
        Assert.Equal([("MUG", 1)], await baskets.LinesAsync(Holder.User(ada)));
        Assert.NotEqual(ordered, (await baskets.ReadAsync(Holder.User(ada))).Edition);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_takes_its_lines_once_and_leaves_what_was_put_in_since(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(Holder.User(ada), "LAMP");
        await baskets.PutAsync(Holder.User(ada), "MUG", 2);
        var ordered = (await baskets.ReadAsync(Holder.User(ada))).Edition!.Value;
        await baskets.PutAsync(Holder.User(ada), "MUG", 5);
        await baskets.PutAsync(Holder.User(ada), "TRAY");
        for (var time = 0; time < 2; time++) // The answer of the first time was lost.
        {
            await baskets.TakeOrderedAsync(Holder.User(ada), ordered, [new("LAMP", 1), new("MUG", 2)]);
            Assert.Equal([("MUG", 3), ("TRAY", 1)], (await baskets.LinesAsync(Holder.User(ada))).Order());
        }
        var left = (await baskets.ReadAsync(Holder.User(ada))).Edition!.Value;
        Assert.NotEqual(ordered, left);
        await baskets.TakeOrderedAsync(Holder.User(ada), left, [new("MUG", 3), new("TRAY", 2)]);
        Assert.Null((await baskets.ReadAsync(Holder.User(ada))).Edition);
        Assert.Equal(0, await baskets.NumberAsync("select count(*) from baskets"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erased_person_leaves_no_basket_and_others_keep_theirs(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(Holder.User(ada), "LAMP");
        await baskets.PutAsync(guest, "MUG");
        var edition = (await baskets.ReadAsync(Holder.User(ada))).Edition!.Value;
        await baskets.EraseAsync(ada);
        await baskets.EraseAsync(ada);
        // Requests of a token that was seen just before, about the basket as it was.
        await baskets.TakeOrderedAsync(Holder.User(ada), edition, [new("LAMP", 1)]);
        await baskets.EmptyAsync(Holder.User(ada), edition);
        Assert.Equal(0, await baskets.NumberAsync($"select count(*) from basket_lines where holder like '%{ada}%'"));
        // A token of the account, seen just before: what it asks for begins no basket of nobody.
        Assert.Equal(PutOutcome.Erased, await baskets.PutAsync(Holder.User(ada), "VASE"));
        Assert.False(await baskets.MergeAsync(guest, Holder.User(ada)));
        Assert.Equal(0, await baskets.NumberAsync($"select count(*) from basket_lines where holder like '%{ada}%'"));
        Assert.Equal([("MUG", 1)], await baskets.LinesAsync(guest));
        await baskets.PruneAsync();
        Assert.Equal(PutOutcome.Erased, await baskets.PutAsync(Holder.User(ada), "VASE"));
        baskets.Clock.Advance(PruneGuests.ErasedKeptFor + TimeSpan.FromSeconds(1));
        await baskets.PruneAsync();
        Assert.Equal(0, await baskets.NumberAsync($"select count(*) from baskets where holder like '%{ada}%'"));
        Assert.Equal(1, await baskets.NumberAsync("select count(*) from baskets"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_put_in_while_the_guest_s_basket_is_merged_comes_along(bool first)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres: true);
        if (!first) await baskets.PutAsync(guest, "LAMP");
        await using var putting = await LockedBy.RunAsync(
            baskets.Get<IDatabase>(),
            first
                ? $"insert into baskets values ('{guest.Key}', gen_random_uuid(), now())"
                : $"update baskets set changed_at = now() where holder = '{guest.Key}'");
        var merging = baskets.MergeAsync(guest, Holder.User(ada));
        await putting.IsWaitedForAsync();
        await putting.RunAsync($"insert into basket_lines values ('{guest.Key}', 'MUG', 1, 100, now())");
        await putting.RunAsync("commit");
        await merging;
        (string, int)[] lines = first ? [("MUG", 1)] : [("LAMP", 1), ("MUG", 1)];
        Assert.Equal(lines, (await baskets.LinesAsync(Holder.User(ada))).Order());
        Assert.Equal(lines.Length, await baskets.NumberAsync("select count(*) from basket_lines"));
    }

    [Fact]
    public async Task What_is_put_in_while_the_account_is_erased_goes_with_it()
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres: true);
        await using var putting = await LockedBy.RunAsync(
            baskets.Get<IDatabase>(),
            $"insert into baskets values ('{Holder.User(ada).Key}', gen_random_uuid(), now())");
        var erasing = baskets.EraseAsync(ada);
        await putting.IsWaitedForAsync();
        await putting.RunAsync($"insert into basket_lines values ('{Holder.User(ada).Key}', 'LAMP', 1, 100, now())");
        await putting.RunAsync("commit");
        await erasing;
        Assert.Equal(0, await baskets.NumberAsync("select count(*) from basket_lines"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Guests_who_did_not_come_back_are_forgotten_and_nobody_else(bool onPostgres)
    {
        await using var baskets = await BasketsInMemory.StartAsync(onPostgres);
        await baskets.PutAsync(guest, "LAMP");
        await baskets.PutAsync(Holder.User(ada), "MUG");
        baskets.Clock.Advance(new BasketOptions().GuestsKeptFor / 2);
        var another = Holder.Guest(Guid.NewGuid());
        await baskets.PutAsync(another, "VASE");
        baskets.Clock.Advance(new BasketOptions().GuestsKeptFor / 2 + TimeSpan.FromMinutes(1));
        await baskets.PruneAsync();
        Assert.Empty(await baskets.LinesAsync(guest));
        Assert.Equal(2, await baskets.NumberAsync("select count(*) from basket_lines"));
        Assert.Equal([("VASE", 1)], await baskets.LinesAsync(another));
        Assert.Equal([("MUG", 1)], await baskets.LinesAsync(Holder.User(ada)));
    }
}
