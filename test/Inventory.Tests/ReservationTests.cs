using CsCheck;

namespace Tessera.Inventory.Tests;

public sealed class ReservationTests
{
    private static readonly DateTimeOffset expiry = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Holds_all_lines_or_none_and_names_the_short_ones()
    {
        var stock = Stock(("A", 5), ("B", 1));
        var reservation = Reservation.None(Guid.NewGuid());

        var shortages = reservation.HoldOrRefuse([new("A", 2), new("B", 2), new("C", 1)], stock, expiry);

        Assert.Equal([new Shortage("B", 2, 1), new Shortage("C", 1, 0)], shortages);
        Assert.Equal(ReservationState.Refused, reservation.State);
        Assert.All(stock.Values, level => Assert.Equal(0, level.Held));
    }

    [Fact]
    public void Every_input_in_every_state_is_decided()
    {
        foreach (var state in Enum.GetValues<ReservationState>())
        {
            foreach (var input in Enum.GetValues<ReservationInput>()) ReservationTransitions.Decide(state, input);
        }
    }

    [Theory]
    [InlineData("None", "OrderPlaced", "HoldOrRefuse")]
    [InlineData("None", "OrderConfirmed", "Fail")]
    [InlineData("None", "OrderCancelled", "Bury")]
    [InlineData("None", "Expired", "Ignore")]
    [InlineData("Held", "OrderPlaced", "Ignore")]
    [InlineData("Held", "OrderConfirmed", "Commit")]
    [InlineData("Held", "OrderCancelled", "Release")]
    [InlineData("Held", "Expired", "Release")]
    [InlineData("Committed", "OrderPlaced", "Ignore")]
    [InlineData("Committed", "OrderConfirmed", "Ignore")]
    [InlineData("Committed", "OrderCancelled", "Uncommit")]
    [InlineData("Committed", "Expired", "Ignore")]
    public void What_a_reservation_does(string state, string input, string step) => Assert.Equal(
        step,
        ReservationTransitions.Decide(
            Enum.Parse<ReservationState>(state), Enum.Parse<ReservationInput>(input)).ToString());

    [Theory]
    [InlineData("Released")]
    [InlineData("Refused")]
    [InlineData("Cancelled")]
    public void A_reservation_that_is_over_moves_nothing_any_more(string state) => Assert.All(
        Enum.GetValues<ReservationInput>(),
        input => Assert.Equal(
            ReservationStep.Ignore, ReservationTransitions.Decide(Enum.Parse<ReservationState>(state), input)));

    /// <summary>Random orders of random lines are placed, confirmed, cancelled and expire in any
    /// sequence, twice too.</summary>
    [Fact]
    public void Any_sequence_keeps_every_unit_in_one_place() =>
        Gen.Select(Gen.Int[0, 5], Gen.Enum<ReservationInput>(), Lines).Array[0, 60].Sample(steps =>
        {
            var stock = Stock(("A", 7), ("B", 3), ("C", 0));
            var reservations = Enumerable.Range(0, 6).Select(_ => Reservation.None(Guid.NewGuid())).ToArray();
            foreach (var (order, input, lines) in steps)
            {
                Step(reservations[order], input, lines, stock);
                Check(stock, reservations);
            }
        });

    private static Gen<ReservedLine[]> Lines =>
        from sizes in Gen.Int[0, 4].Array[4]
        select sizes.Select((size, at) => new ReservedLine("ABCD"[at].ToString(), size))
            .Where(line => line.Quantity > 0).ToArray();

    private static void Step(
        Reservation reservation, ReservationInput input, ReservedLine[] lines, Dictionary<string, StockLevel> stock)
    {
        switch (ReservationTransitions.Decide(reservation.State, input))
        {
            case ReservationStep.HoldOrRefuse: reservation.HoldOrRefuse(lines, stock, expiry); break;
            case ReservationStep.Commit: reservation.Commit(stock); break;
            case ReservationStep.Release: reservation.Release(stock); break;
            case ReservationStep.Uncommit: reservation.Uncommit(stock); break;
            case ReservationStep.Bury: reservation.Bury(); break;
        }
    }

    private static void Check(Dictionary<string, StockLevel> stock, Reservation[] reservations)
    {
        foreach (var level in stock.Values)
        {
            Assert.True(level is { OnHand: >= 0, Held: >= 0, Committed: >= 0 });
            Assert.Equal(level.Received, level.OnHand + level.Held + level.Committed);
            Assert.Equal(level.Held, Sum(reservations, ReservationState.Held, level.Sku));
            Assert.Equal(level.Committed, Sum(reservations, ReservationState.Committed, level.Sku));
        }
    }

    private static long Sum(Reservation[] reservations, ReservationState state, string sku) => reservations
        .Where(reservation => reservation.State == state)
        .SelectMany(reservation => reservation.Lines)
        .Where(line => line.Sku == sku)
        .Sum(line => (long)line.Quantity);

    private static Dictionary<string, StockLevel> Stock(params (string Sku, long OnHand)[] levels) =>
        levels.ToDictionary(level => level.Sku, level => new StockLevel(level.Sku, level.OnHand, 0, 0, level.OnHand));
}
