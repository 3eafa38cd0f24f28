# The works of scripts/bench/ for Erlang/OTP, through the API that an Elixir
# programmer uses: GenServer, Registry, DynamicSupervisor.
#
#   elixirc -o DIR scripts/bench/peers/bench.ex
#   elixir -pa DIR -e 'Peer.Bench.main(System.argv())' pingpong [SCALE]
#
# Prints the lines that the script of that name prints: `name value unit`.

defmodule Peer.Echo do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)
  def echo(pid, value), do: GenServer.call(pid, {:echo, value})
  def copy(pid, bytes), do: GenServer.call(pid, {:copy, bytes})

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_call({:echo, value}, _from, state), do: {:reply, value, state}
  # Large binaries are shared in Erlang; a server that owns what it answers
  # with makes the one copy that is compared with ours.
  def handle_call({:copy, bytes}, _from, state), do: {:reply, :binary.copy(bytes), state}

  def sequential(_pid, 0), do: :ok

  def sequential(pid, count) do
    ^count = echo(pid, count)
    sequential(pid, count - 1)
  end
end

defmodule Peer.Caller do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)
  def run(pid, server, count), do: GenServer.cast(pid, {:run, server, count, self()})

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_cast({:run, server, count, report}, state) do
    Peer.Echo.sequential(server, count)
    send(report, :done)
    {:noreply, state}
  end
end

defmodule Peer.Caster do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)
  def run(pid, counter, count), do: GenServer.cast(pid, {:run, counter, count})

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_cast({:run, counter, count}, state) do
    for _ <- 1..count, do: Peer.Counter.inc(counter, 1)
    {:noreply, state}
  end
end

defmodule Peer.Counter do
  use GenServer

  def start(total), do: GenServer.start(__MODULE__, {total, self()})
  def inc(pid, amount), do: GenServer.cast(pid, {"inc", amount})

  @impl true
  def init({total, report}), do: {:ok, {0, total, report}}

  @impl true
  def handle_cast({"inc", amount}, {count, total, report}) do
    if count + amount == total, do: send(report, :done)
    {:noreply, {count + amount, total, report}}
  end
end

defmodule Peer.RingNode do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)
  def join(pid, next), do: GenServer.cast(pid, {:join, next})
  def token(pid, hops, report), do: GenServer.cast(pid, {:token, hops, report})

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_cast({:join, next}, _), do: {:noreply, next}

  def handle_cast({:token, 0, report}, next) do
    send(report, :done)
    {:noreply, next}
  end

  def handle_cast({:token, hops, report}, next) do
    token(next, hops - 1, report)
    {:noreply, next}
  end
end

defmodule Peer.Idle do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)

  @impl true
  def init(nil), do: {:ok, %{count: 0}}

  @impl true
  def handle_call(:count, _from, state), do: {:reply, state.count, state}
end

defmodule Peer.Holder do
  use GenServer, restart: :temporary

  def start_link(key) do
    GenServer.start_link(__MODULE__, key, name: {:via, Registry, {Peer.Names, key}})
  end

  def bump(pid), do: GenServer.call(pid, :bump)

  # Get or start: the registry decides when two ask at once.
  def find(key) do
    case Registry.lookup(Peer.Names, key) do
      [{pid, _}] -> pid
      [] -> start(key)
    end
  end

  defp start(key) do
    case DynamicSupervisor.start_child(Peer.Holders, {__MODULE__, key}) do
      {:ok, pid} -> pid
      {:error, {:already_started, pid}} -> pid
    end
  end

  @impl true
  def init(key), do: {:ok, %{key: key, count: 0}}

  @impl true
  def handle_call(:bump, _from, state) do
    state = %{state | count: state.count + 1}
    {:reply, state.count, state}
  end
end

defmodule Peer.Latency do
  use GenServer

  def start, do: GenServer.start(__MODULE__, nil)
  def run(pid, count), do: GenServer.cast(pid, {:run, count, self()})

  @impl true
  def init(nil), do: Peer.Echo.start()

  @impl true
  def handle_cast({:run, count, report}, server) do
    spent =
      for number <- 1..count do
        start = System.monotonic_time(:nanosecond)
        ^number = Peer.Echo.echo(server, number)
        System.monotonic_time(:nanosecond) - start
      end

    send(report, {:spent, spent})
    {:noreply, server}
  end
end

defmodule Peer.Slow do
  use GenServer
  @work 100_000

  def start(last), do: GenServer.start(__MODULE__, last)
  def work(pid), do: GenServer.cast(pid, :work)
  def ask(pid), do: GenServer.call(pid, :ask, 1000)
  def counts(pid), do: GenServer.call(pid, :counts, :infinity)

  @impl true
  def init(last), do: {:ok, {last, 0, 0}}

  @impl true
  def handle_cast(:work, {last, handled, in_time}) do
    start = System.monotonic_time(:nanosecond)

    if start > last do
      {:noreply, {last, handled + 1, in_time}}
    else
      burn(start + @work)
      {:noreply, {last, handled + 1, in_time + 1}}
    end
  end

  @impl true
  def handle_call(:ask, _from, state), do: {:reply, :answer, state}
  def handle_call(:counts, _from, {_, handled, in_time} = state), do: {:reply, {handled, in_time}, state}

  defp burn(until) do
    if System.monotonic_time(:nanosecond) < until, do: burn(until)
  end
end

defmodule Peer.Bench do
  @mebibyte 1_048_576

  def main([work]), do: main([work, "1"])

  def main([work, scale]) do
    {scale, _} = Float.parse(scale)
    size = fn full -> max(1, trunc(full * scale)) end
    # A process of its own: what the command line left behind is not measured.
    Task.async(fn -> bench(work, size) end) |> Task.await(:infinity)
  end

  defp bench("pingpong", size) do
    calls = size.(300_000)
    {:ok, server} = Peer.Echo.start()
    Peer.Echo.sequential(server, div(calls, 10))
    report("pingpong", rate(calls, fn -> Peer.Echo.sequential(server, calls) end), "calls/s")
  end

  defp bench("pairs", size) do
    calls = size.(10_000)

    clients =
      for _ <- 1..64 do
        {:ok, server} = Peer.Echo.start()
        {:ok, client} = Peer.Caller.start()
        {client, server}
      end

    run = fn count ->
      Enum.each(clients, fn {client, server} -> Peer.Caller.run(client, server, count) end)
      await(64)
    end

    run.(div(calls, 10))
    report("pairs", rate(64 * calls, fn -> run.(calls) end), "calls/s")
  end

  defp bench("fanin", size) do
    casts = size.(100_000)

    senders =
      for _ <- 1..16 do
        {:ok, sender} = Peer.Caster.start()
        sender
      end

    run = fn count ->
      {:ok, counter} = Peer.Counter.start(16 * count)
      Enum.each(senders, &Peer.Caster.run(&1, counter, count))
      await(1)
    end

    run.(max(1, div(casts, 1000)))
    File.write!("/proc/self/clear_refs", "5")
    before = status("VmRSS")
    rate = rate(16 * casts, fn -> run.(casts) end)
    report("fanin", rate, "casts/s")
    report("fanin.peak", (status("VmHWM") - before) / @mebibyte, "MiB")
  end

  defp bench("payload", size) do
    calls = size.(50_000)
    {:ok, server} = Peer.Echo.start()
    payload = payload()
    run = fn count -> for _ <- 1..count, do: Peer.Echo.echo(server, payload) end
    run.(max(1, div(calls, 10)))
    report("payload", rate(calls, fn -> run.(calls) end), "calls/s")
  end

  defp bench("spawn", size) do
    for _ <- 1..200 do
      {:ok, pid} = Peer.Idle.start()
      GenServer.stop(pid)
    end

    :erlang.garbage_collect()
    before = status("VmRSS")
    few = size.(20_000)
    many = size.(100_000)
    {pids, spent} = start_idle([], few, 0)
    report_idle("spawn", few, spent, before)
    {pids, spent} = start_idle(pids, many - few, spent)
    report_idle("spawn.many", many, spent, before)
    # Alive until here, so that none of them has been collected.
    true = Process.alive?(hd(pids))
  end

  defp bench("ring", size) do
    hops = size.(1_000_000)

    nodes =
      for _ <- 1..1000 do
        {:ok, node} = Peer.RingNode.start()
        node
      end

    Enum.zip(nodes, tl(nodes) ++ [hd(nodes)])
    |> Enum.each(fn {node, next} -> Peer.RingNode.join(node, next) end)

    run = fn hops ->
      Peer.RingNode.token(hd(nodes), hops, self())
      await(1)
    end

    run.(div(hops, 10))
    report("ring", rate(hops, fn -> run.(hops) end), "hops/s")
  end

  defp bench("entity", size) do
    {:ok, _} = Registry.start_link(keys: :unique, name: Peer.Names)
    {:ok, _} = DynamicSupervisor.start_link(strategy: :one_for_one, name: Peer.Holders)
    count = size.(50_000)
    lookups = size.(500_000)
    keys = List.to_tuple(for number <- 1..count, do: "account-#{number}")
    start = fn -> for index <- 1..count, do: Peer.Holder.find(elem(keys, index - 1)) end
    report("entity.start", rate(count, start), "starts/s")
    look_up(keys, count, div(lookups, 10))
    report("entity", rate(lookups, fn -> look_up(keys, count, lookups) end), "calls/s")
  end

  defp bench("big", size) do
    calls = size.(2000)
    {:ok, server} = Peer.Echo.start()
    bytes = :binary.copy("x", @mebibyte)

    run = fn count ->
      for _ <- 1..count, do: @mebibyte = byte_size(Peer.Echo.copy(server, bytes))
    end

    run.(max(1, div(calls, 10)))
    report("big", rate(calls, fn -> run.(calls) end) * @mebibyte / 1.0e6, "MB/s")
  end

  defp bench("fairness", size) do
    {:ok, client} = Peer.Latency.start()
    latencies(client, max(1, div(size.(2000), 10)))
    loops = for _ <- 1..System.schedulers_online(), do: spawn(fn -> loop(0) end)
    spent = latencies(client, size.(2000)) |> Enum.sort() |> List.to_tuple()
    Enum.each(loops, &Process.exit(&1, :kill))
    part = fn part -> elem(spent, max(1, ceil(tuple_size(spent) * part)) - 1) / 1000 end
    report("fairness.p50", part.(0.5), "us")
    report("fairness.p99", part.(0.99), "us")
    report("fairness.max", part.(1), "us")
  end

  defp bench("overload", size) do
    span = size.(5000) * 1_000_000
    File.write!("/proc/self/clear_refs", "5")
    before = status("VmRSS")
    start = now()
    last = start + span
    {:ok, slow} = Peer.Slow.start(last)
    flood = Task.async(fn -> {flood(slow, last, 0), now() - start} end)
    asker = Task.async(fn -> ask(slow, last, div(span, 10), []) end)
    longest = watch(slow, last, max(1, div(span, 200_000_000)), 0)
    {sent, spent} = Task.await(flood, :infinity)
    waits = asker |> Task.await(:infinity) |> Enum.sort()
    {handled, in_time} = Peer.Slow.counts(slow)
    report("overload.queue", longest, "casts")
    report("overload.growth", (status("VmHWM") - before) / @mebibyte, "MiB")
    report("overload.lost", sent - handled, "casts")
    report("overload.sent", sent / (spent / 1.0e9), "casts/s")
    report("overload.handled", in_time / (span / 1.0e9), "casts/s")
    report("overload.call", Enum.at(waits, div(length(waits), 2)) / 1.0e6, "ms")
    report("overload.call.max", List.last(waits) / 1.0e6, "ms")
  end

  defp loop(n), do: loop(n + 1)

  defp latencies(client, count) do
    Peer.Latency.run(client, count)

    receive do
      {:spent, spent} -> spent
    end
  end

  defp flood(slow, last, sent) do
    for _ <- 1..1000, do: Peer.Slow.work(slow)
    if now() < last, do: flood(slow, last, sent + 1000), else: sent + 1000
  end

  defp ask(slow, last, every, waits) do
    start = now()

    try do
      Peer.Slow.ask(slow)
    catch
      :exit, _ -> :late
    end

    spent = now() - start
    Process.sleep(max(0, div(every - spent, 1_000_000)))
    if now() < last, do: ask(slow, last, every, [spent | waits]), else: [spent | waits]
  end

  defp watch(slow, last, look, longest) do
    if now() < last do
      Process.sleep(look)
      {_, length} = Process.info(slow, :message_queue_len)
      watch(slow, last, look, max(longest, length))
    else
      longest
    end
  end

  # Made at run time: a literal would be shared, not sent.
  defp payload do
    strings = for number <- 1..10, into: %{}, do: {"key#{number}", String.duplicate(<<?`+number>>, 20)}
    Map.put(strings, "numbers", for(number <- 1..100, do: number * :rand.uniform(1000)))
  end

  defp start_idle(pids, count, spent) do
    start = now()

    pids =
      Enum.reduce(1..count//1, pids, fn _, pids ->
        {:ok, pid} = Peer.Idle.start()
        [pid | pids]
      end)

    {pids, spent + now() - start}
  end

  defp report_idle(name, count, spent, before) do
    report(name, count / (spent / 1.0e9), "actors/s")
    report(name <> ".each", (status("VmRSS") - before) / count, "bytes")
  end

  defp look_up(_keys, _count, 0), do: :ok

  defp look_up(keys, count, lookups) do
    Peer.Holder.bump(Peer.Holder.find(elem(keys, :rand.uniform(count) - 1)))
    look_up(keys, count, lookups - 1)
  end

  defp await(0), do: :ok

  defp await(count) do
    receive do
      :done -> await(count - 1)
    end
  end

  defp now, do: System.monotonic_time(:nanosecond)

  defp rate(count, fun) do
    start = now()
    fun.()
    count / ((now() - start) / 1.0e9)
  end

  defp status(field) do
    [_, kilobytes] = Regex.run(~r/#{field}:\s+(\d+) kB/, File.read!("/proc/self/status"))
    String.to_integer(kilobytes) * 1024
  end

  defp report(name, value, unit) do
    IO.puts("#{name} #{:erlang.float_to_binary(value / 1, decimals: 1)} #{unit}")
  end
end
